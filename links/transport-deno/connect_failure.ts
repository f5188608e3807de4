import { ConnectionError, InvalidArgumentError, ProtocolError } from "@nats-io/nats-core";

/**
 * Turns what went wrong while connecting to `address` into the errors that users of the client know.
 * A missing permission stays what it is: no other server of the pool would change that.
 */
export function connectFailure(err: unknown, address: string): Error {
  if (
    err instanceof ConnectionError || err instanceof ProtocolError ||
    err instanceof InvalidArgumentError || err instanceof Deno.errors.NotCapable
  ) {
    return err;
  }
  if (isRefusal(err)) return new ConnectionError("connection refused", { cause: err });
  return new ConnectionError(`cannot connect to ${address}: ${reasonOf(err)}`, { cause: err });
}

/** The error of a connection that was up and broke. */
export function connectionLost(err: unknown): ConnectionError {
  return new ConnectionError(`connection lost: ${reasonOf(err)}`, { cause: err });
}

function isRefusal(err: unknown): boolean {
  return err instanceof Deno.errors.ConnectionRefused ||
    (err instanceof Error && "code" in err && err.code === "ECONNREFUSED");
}

function reasonOf(err: unknown): string {
  return err instanceof Error ? err.message : String(err);
}
