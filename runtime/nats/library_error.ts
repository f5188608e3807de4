import { errors } from "@nats-io/nats-core";
import { TransportError, type TransportErrorCode } from "../../contracts/errors/transport_error.ts";

/** What an error of the client library means. */
interface Meaning {
  readonly code: TransportErrorCode;
  readonly what: string;
  readonly hint: string;
}

/**
 * An error of the NATS client library as one of ours, recognised by its class. `during` says what was being
 * done, as `request to rpc.v1.Orders.Create`.
 */
export function toTransportError(cause: unknown, during: string): TransportError {
  if (cause instanceof TransportError) return cause;
  const { code, what, hint } = meaningOf(cause);
  return new TransportError({ message: `${during}: ${what}`, code, hint, cause });
}

/** Why a first connection failed; `servers` must not show credentials. */
export function toConnectError(cause: unknown, servers: string, waitMs: number): TransportError {
  if (isUnauthorized(cause)) return toTransportError(cause, `connecting to ${servers}`);
  const reason = cause instanceof errors.TimeoutError
    // A server with as many clients as it takes closes the connection, and the library tries again.
    ? `no answer within ${waitMs} ms; the server may be busy, or have all the clients that its ` +
      "max_connections allows"
    : messageOf(cause);
  return new TransportError({
    message: `no connection to NATS at ${servers}: ${reason}`,
    code: "trellis.connection.refused",
    hint: "Check that a NATS server runs there and that the address is right.",
    cause,
  });
}

/** The subject that the server would not let this connection use; undefined for other errors. */
export function deniedSubject(
  cause: unknown,
): { readonly operation: "publish" | "subscription"; readonly subject: string } | undefined {
  if (!(cause instanceof errors.PermissionViolationError)) return undefined;
  return { operation: cause.operation, subject: cause.subject };
}

function isUnauthorized(cause: unknown): boolean {
  return cause instanceof errors.AuthorizationError ||
    cause instanceof errors.UserAuthenticationExpiredError;
}

function meaningOf(cause: unknown): Meaning {
  if (isUnauthorized(cause)) {
    return {
      code: "trellis.connection.unauthorized",
      what: "the server does not accept these credentials",
      hint: "Check the user, the token or the key; a session that has expired must log in again.",
    };
  }
  if (cause instanceof errors.PermissionViolationError) {
    const verb = cause.operation === "publish" ? "publish to" : "subscribe to";
    return {
      code: "trellis.permission.denied",
      what: `this session may not ${verb} ${cause.subject}`,
      hint: "Declare the use in the contract and have it accepted, or ask for the capability.",
    };
  }
  if (
    cause instanceof errors.ClosedConnectionError || cause instanceof errors.DrainingConnectionError
  ) {
    return {
      code: "trellis.connection.closed",
      what: "the connection is closed",
      hint: "Open a new connection.",
    };
  }
  if (cause instanceof errors.TimeoutError) {
    return {
      code: "trellis.rpc.timeout",
      what: "no answer in time; it may have been carried out all the same",
      hint: "Try again with the same request id, or allow more time.",
    };
  }
  if (isNoResponders(cause)) {
    return {
      code: "trellis.rpc.unavailable",
      what: "no process serves this subject",
      hint: "Start the service that serves it, then try again.",
    };
  }
  return {
    code: "trellis.connection.lost",
    what: messageOf(cause),
    hint: "The connection is being restored; try again.",
  };
}

function isNoResponders(cause: unknown): boolean {
  return cause instanceof errors.NoRespondersError ||
    (cause instanceof errors.RequestError && cause.isNoResponders());
}

function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message || cause.name : String(cause);
}
