import { TransportError } from "../../../contracts/errors/transport_error.ts";

/** The error of what the platform cannot begin, because NATS does not do its part. Throws what is a bug. */
export function openingFailure(what: string, cause: unknown): TransportError {
  if (cause instanceof TypeError) throw cause;
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new TransportError({
    message: `${what}: ${reason}`,
    code: "trellis.bootstrap.failed",
    hint: "is there room on the NATS server's disk? In a cluster, are most of its servers up?",
    cause,
  });
}
