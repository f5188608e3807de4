import type { IncomingRequest } from "./messaging.ts";

/** Is told of the requests that arrive, and takes those that it wants to follow. */
export interface RequestWatch {
  /**
   * A request has arrived; undefined when it is not followed.
   *
   * @param traceparent of what is done for it, where somebody else has begun a trace
   */
  begin(
    request: IncomingRequest,
    rpc: string,
    traceparent?: string,
  ): WatchedRequest | undefined;
}

/** A request that is followed until it has been answered. */
export interface WatchedRequest {
  /** Its span, for the requests that are sent for it. */
  readonly span: string | undefined;
  /** W3C trace context for the same; that of the caller goes on where it is missing. */
  readonly traceparent?: string;
  /** Runs all that is done for it. */
  run?(work: () => void): void;
  /**
   * It was answered.
   *
   * @param code `ok`, or the code or type of the error
   * @param text the body of the answer
   */
  end(code: string, text: string): void;
}
