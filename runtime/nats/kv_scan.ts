import { err, isErr, ok, type Result } from "../../contracts/result.ts";
import type { KVError } from "../kv/kv_error.ts";
import { deliver, type Delivered, type Delivery, type DeliveryOptions } from "./kv_delivery.ts";
import { linkError } from "./kv_errors.ts";
import type { KvStream } from "./kv_stream.ts";

/** How often a scan is compared with the stream's end before it gives in to a busy writer. */
const MAX_CHECKS = 4;

/**
 * Reads, without their values, the messages that a stream holds: the newest of each key, or everything
 * from a sequence on, and what comes meanwhile. When a scan breaks, it begins again, until the deadline;
 * while messages come, a scan may take longer than that. `visit` may be told of a message twice.
 *
 * A key that is overwritten while a scan runs moves to the end of the stream, perhaps beyond the
 * point where the scan ends. A caller who must miss no key compares with the keys that there are.
 */
export async function scan(
  stream: KvStream,
  filter: string,
  start: DeliveryOptions["start"],
  deadline: number,
  visit: (delivered: Delivered) => void,
): Promise<Result<void, KVError>> {
  for (;;) {
    const end = (await new Scan(stream, filter, deadline, visit).run(start)).take();
    if (isErr(end)) return end;
    if (end === "complete") return ok();
    if (end === "late" || performance.now() >= deadline) {
      const place = { bucket: stream.bucket, doing: "listing" };
      return err(linkError({ kind: "timeout" }, place));
    }
  }
}

/** How a scan went. */
type ScanEnd = "complete" | "broken" | "late";

class Scan {
  readonly #stream: KvStream;
  readonly #filter: string;
  readonly #deadline: number;
  readonly #visit: (delivered: Delivered) => void;
  readonly #end = Promise.withResolvers<ScanEnd>();
  /** Sequence of the newest message that arrived. */
  #position = 0;
  /** Where the stream ended when it was last asked. */
  #target: number | undefined;
  #checks = 0;
  #checking = false;
  #progress = false;

  constructor(
    stream: KvStream,
    filter: string,
    deadline: number,
    visit: (delivered: Delivered) => void,
  ) {
    this.#stream = stream;
    this.#filter = filter;
    this.#deadline = deadline;
    this.#visit = visit;
  }

  async run(start: DeliveryOptions["start"]): Promise<Result<ScanEnd, KVError>> {
    const options = { filter: this.#filter, start, headersOnly: true };
    const delivery = (await deliver(this.#stream, options, {
      message: (delivered) => this.#receive(delivered),
      flow: (proceed) => proceed(),
      // Said only when all has been delivered.
      idle: () => this.#end.resolve("complete"),
      broken: () => this.#end.resolve("broken"),
    }, this.#deadline)).take();
    if (isErr(delivery)) return delivery;
    if (delivery.pending === 0) this.#end.resolve("complete");
    return ok(await this.#finish(delivery));
  }

  async #finish(delivery: Delivery): Promise<ScanEnd> {
    const unlisten = this.#stream.link.listen((event) => {
      if (event.kind === "disconnected" || event.kind === "closed") this.#end.resolve("broken");
    });
    const timer = setInterval(() => {
      if (!this.#progress) this.#end.resolve("late");
      this.#progress = false;
    }, Math.max(1, this.#deadline - performance.now()));
    try {
      return await this.#end.promise;
    } finally {
      clearInterval(timer);
      unlisten();
      delivery.stop();
    }
  }

  #receive(delivered: Delivered): void {
    this.#progress = true;
    this.#position = delivered.sequence;
    this.#visit(delivered);
    // While keys are being overwritten the server counts too few pending messages for a moment.
    const atEnd = this.#target === undefined
      ? delivered.pending === 0
      : delivered.sequence >= this.#target;
    if (atEnd && !this.#checking) this.#check();
  }

  /** Ends the scan when nothing is newer than what had arrived before the question. */
  async #check(): Promise<void> {
    this.#checking = true;
    for (;;) {
      const arrived = this.#position;
      const newest = (await this.#stream.message({ last: this.#filter }, this.#deadline)).take();
      if (isErr(newest)) return this.#end.resolve("broken");
      this.#target = newest?.sequence ?? 0;
      if (this.#target <= arrived || ++this.#checks >= MAX_CHECKS) {
        return this.#end.resolve("complete");
      }
      if (this.#position < this.#target) break;
    }
    this.#checking = false;
  }
}
