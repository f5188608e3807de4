/** How one call is made. */
export interface CallOptions {
  /**
   * Milliseconds to wait for the answer; 5000 unless said otherwise. While no process serves the RPC, as
   * when its service restarts, the request is sent again for up to 2000 of them.
   */
  readonly timeoutMs?: number;
  /**
   * What becomes of a call that is made while there is no connection. `"wait"`, unless said otherwise: it is sent
   * when the connection is back, within its time, as a KV operation or an event is; most interruptions are shorter.
   * `"fail"`: it fails at once. Either way `trellis.connection.down` says that nothing was sent. A call that was
   * sent already fails when the connection goes, with `trellis.connection.lost`: whether it was carried out is
   * unknown.
   */
  readonly whileDisconnected?: "fail" | "wait";
  /** Ends the wait early. */
  readonly signal?: AbortSignal;
  /**
   * Give the same id when you repeat a request. Unless given, calls through the `client` of a handler have
   * that of the request that it answers, and others a fresh one.
   */
  readonly requestId?: string;
  /** W3C trace context to go on with; unless given, calls through a handler's `client` have that of the request. */
  readonly traceparent?: string;
}

/** What a handler's `client` hands over beside the options that people write. */
export interface HandedOver {
  /** The request that it answers, or the event that it handles, while somebody watches and it is reported. */
  readonly span?: string | undefined;
  /** What tracing systems add to the trace context. */
  readonly tracestate?: string | undefined;
  /** What it runs for, as `rpc:<request id>` or `event:<event id>/<group>`; stored with what it publishes and writes. */
  readonly cause?: string;
  /** The event never expires. */
  readonly keep?: "forever" | undefined;
}
