/** A queue of another framework, with what both sides of a comparison do. */
export interface QueuePeer extends AsyncDisposable {
  /** As in the report: `BullMQ`. */
  readonly name: string;
  /** Puts jobs into the queue; resolves when all of them are there. */
  enqueue(payloads: readonly object[]): Promise<void>;
  /** Works on them, this many at once, and keeps nothing of those that are done. */
  work(atOnce: number, handler: () => void): Promise<AsyncDisposable>;
}
