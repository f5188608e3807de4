import type { TransportError } from "../../contracts/errors/transport_error.ts";

/** How a client's connection is. */
export interface ConnectionStatus {
  /**
   * `"connected"`: calls can be made; `"reconnecting"`: not at this moment, and the client tries again without end;
   * `"closed"`: never again.
   */
  readonly state: "connected" | "reconnecting" | "closed";
  /** When this state began. */
  readonly since: Date;
  /**
   * Why it is not connected: `trellis.connection.lost` when the server cannot be reached,
   * `trellis.connection.refused` when Trellis does not answer the server, `trellis.session.pending` and
   * `trellis.session.refused` when the session may do nothing. Missing while it is connected, and when the client
   * was closed by its own code.
   */
  readonly error?: TransportError | undefined;
}

/** What has become known of a connection. */
export type ConnectionNews =
  /** Calls can be made. */
  | { readonly kind: "connected" }
  /** The link is gone. */
  | { readonly kind: "lost"; readonly error: TransportError }
  /** The link is there, or could be, and nothing may be done over it. */
  | { readonly kind: "refused"; readonly error: TransportError }
  /** It is over for good. */
  | { readonly kind: "closed"; readonly error: TransportError | undefined };

/** The status after some news: the same object when nothing has changed for who watches. */
export function nextStatus(
  status: ConnectionStatus,
  news: ConnectionNews,
  now: Date,
): ConnectionStatus {
  const { state } = status;
  if (state === "closed") return status;
  if (news.kind === "closed") return { state: "closed", since: now, error: news.error };
  if (news.kind === "connected") {
    return state === "connected" ? status : { state: "connected", since: now };
  }
  const { kind, error } = news;
  if (state === "connected") return { state: "reconnecting", since: now, error };
  // The server ends the connections of those who may do nothing: why they may not says more.
  if (kind === "lost" || isSame(error, status.error)) return status;
  return { ...status, error };
}

function isSame(error: TransportError, before: TransportError | undefined): boolean {
  return error.code === before?.code && error.message === before.message;
}
