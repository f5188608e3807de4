import type { IncomingRequest } from "./messaging.ts";

/** Is told of the requests that arrive, and takes those that it wants to follow. */
export interface RequestWatch {
  /** A request has arrived; undefined when it is not followed. */
  begin(request: IncomingRequest, rpc: string): WatchedRequest | undefined;
}

/** A request that is followed until it has been answered. */
export interface WatchedRequest {
  /** Its span, for the requests that are sent for it. */
  readonly span: string;
  /**
   * It was answered.
   *
   * @param code `ok`, or the type of the error
   * @param text the body of the answer
   */
  end(code: string, text: string): void;
}
