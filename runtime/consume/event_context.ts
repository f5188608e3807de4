/** A step that is done once. */
export interface Step {
  /** The same each time it is tried: an idempotency key for whoever does it in the end. */
  readonly id: string;
}

/** What the handler of an event knows beside its body. */
export interface EventContext {
  /** Id of the event. */
  readonly id: string;
  /** When it was prepared, ISO 8601 in UTC. */
  readonly time: string;
  /** Its dotted name. */
  readonly name: string;
  /** The group that handles it. */
  readonly group: string;
  /** Its first param, which `ordering: "key"` goes by; undefined without params. */
  readonly key: string | undefined;
  /** Its sequence in the stream of all events. */
  readonly sequence: number;
  /** Which try this is, from 1. */
  readonly attempt: number;
  /** True when it was delivered before, here or elsewhere: what it does may have been done. */
  readonly redelivered: boolean;
  /** Aborts when the handler has run out of time or the service is being stopped for good. */
  readonly signal: AbortSignal;
  /** W3C trace context of whoever published it. */
  readonly traceparent: string | undefined;
  /** What caused it, as `rpc:<request id>` or `event:<event id>/<group>`. */
  readonly cause: string | undefined;
  /** The request in which it was published, where it was one. */
  readonly requestId: string | undefined;
  /**
   * Does something once for this event and group, however often the event is tried: the result of a step that was
   * done is kept for seven days and answered. A crash between the effect and its record does it again, with the
   * same `id`. Names are not used twice in one handler. Rejects when `run` does, and with a `KVError` when the
   * result cannot be kept.
   */
  once<T>(name: string, run: (step: Step) => T | Promise<T>): Promise<T>;
}
