import { TransportError, type TransportErrorCode } from "../../contracts/errors/transport_error.ts";

/** The names that the client library gives its errors. */
type LibraryErrorName =
  | "AuthorizationError"
  | "ClosedConnectionError"
  | "DrainingConnectionError"
  | "InvalidSubjectError"
  | "NoResponders"
  | "PermissionViolationError"
  | "RequestError"
  | "TimeoutError"
  | "UserAuthenticationExpiredError";

/** What the server says of a subject that a connection may not use. */
interface PermissionViolation {
  readonly operation: "publish" | "subscription";
  readonly subject: string;
}

/** What an error of the client library means. */
interface Meaning {
  readonly code: TransportErrorCode;
  readonly what: string;
  readonly hint: string;
}

/**
 * An error of the NATS client library as one of ours, recognised by its name: so nobody loads the library for
 * its classes, and what connects over WebSocket gives its errors the same names. `during` says what was being
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
  const reason = isLibraryError(cause, "TimeoutError")
    // A server with as many clients as it takes closes the connection, and the library tries again.
    ? `no answer within ${waitMs} ms; the server may be busy, or have all the clients that its ` +
      "max_connections allows"
    : messageOf(cause);
  return new TransportError({
    message: `no connection to NATS at ${servers}: ${reason}`,
    code: "trellis.connection.refused",
    hint: isUntrusted(cause)
      ? "Connect by a name in the server's certificate, with one that is valid today. Name the " +
        "certificate of an authority of your own in DENO_CERT; in Node it is NODE_EXTRA_CA_CERTS."
      : "Check that a NATS server runs there and that the address is right.",
    cause,
  });
}

/** What Node calls the errors of certificates begins like this. */
const NODE_CERTIFICATE = /^(CERT_|DEPTH_ZERO_|ERR_TLS_|SELF_SIGNED_|UNABLE_TO_)/;

/** True when this side does not trust the certificate of the server. */
function isUntrusted(cause: unknown): boolean {
  if (!(cause instanceof Error)) return false;
  if (cause.cause !== undefined) return isUntrusted(cause.cause);
  // Deno has no code for it.
  return cause.name === "InvalidData" ||
    "code" in cause && NODE_CERTIFICATE.test(String(cause.code));
}

/** The subject that the server would not let this connection use; undefined for other errors. */
export function deniedSubject(cause: unknown): PermissionViolation | undefined {
  const denied = permissionViolation(cause);
  return denied && { operation: denied.operation, subject: denied.subject };
}

/** True for an error that has one of the names. */
export function isLibraryError(cause: unknown, ...names: readonly LibraryErrorName[]): boolean {
  return cause instanceof Error && names.some((name) => name === cause.name);
}

/** Requests wrap it. */
function permissionViolation(cause: unknown): PermissionViolation | undefined {
  if (isPermissionViolation(cause)) return cause;
  const inner = cause instanceof Error ? cause.cause : undefined;
  return isLibraryError(cause, "RequestError") && isPermissionViolation(inner) ? inner : undefined;
}

function isPermissionViolation(cause: unknown): cause is Error & PermissionViolation {
  return isLibraryError(cause, "PermissionViolationError");
}

function isUnauthorized(cause: unknown): boolean {
  return isLibraryError(cause, "AuthorizationError", "UserAuthenticationExpiredError");
}

function meaningOf(cause: unknown): Meaning {
  if (isUnauthorized(cause)) {
    return {
      code: "trellis.connection.unauthorized",
      what: "the server does not accept these credentials",
      hint: "Check the user, the token or the key; a session that has expired must log in again.",
    };
  }
  const denied = permissionViolation(cause);
  if (denied !== undefined) {
    const verb = denied.operation === "publish" ? "publish to" : "subscribe to";
    return {
      code: "trellis.permission.denied",
      what: `this session may not ${verb} ${denied.subject}`,
      hint: "Declare the use in the contract and have it accepted, or ask for the capability.",
    };
  }
  if (isLibraryError(cause, "ClosedConnectionError", "DrainingConnectionError")) {
    return {
      code: "trellis.connection.closed",
      what: "the connection is closed",
      hint: "Open a new connection.",
    };
  }
  if (isLibraryError(cause, "TimeoutError")) {
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
  if (isLibraryError(cause, "NoResponders")) return true;
  return cause instanceof Error && isLibraryError(cause, "RequestError") &&
    isLibraryError(cause.cause, "NoResponders");
}

function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message || cause.name : String(cause);
}
