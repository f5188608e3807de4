import { err, isErr, ok, type Result } from "../../../contracts/result.ts";
import { parseSentChunk, sentChunks } from "../../../contracts/stored/transfer_names.ts";
import type { ApiFailure } from "../../nats/jetstream/api_answer.ts";
import { type DeliveredMessage, PushDelivery } from "../../nats/jetstream/push_delivery.ts";
import { isOwner, type StagedChunks } from "./staged_chunks.ts";

/** With more than so many bytes waiting to be taken, the server has to wait. */
const READ_AHEAD_BYTES = 4 << 20;
/** It sends more and more before it waits. With more than so many bytes it is told to begin anew, which makes that less. */
const MOST_BYTES = 12 << 20;
/** Milliseconds until the server must have begun. */
const BEGIN_MS = 10_000;

/** The chunks of one operation that its owner sends, as the server stores them: those that are there, then what comes. */
export class FollowedChunks implements Disposable {
  readonly #staged: StagedChunks;
  readonly #operation: string;
  readonly #owner: string;
  readonly #unlisten: () => void;
  /** By their numbers. A sender has sent some twice, and some out of their order. */
  readonly #waiting = new Map<number, Uint8Array>();
  #bytes = 0;
  #taken = 0;
  /** Of the newest message that was looked at. */
  #sequence = 0;
  /** Where the server was last told to begin. */
  #from: number | undefined;
  /** Why nothing would come of another beginning. */
  #failure: ApiFailure | undefined;
  #delivery: PushDelivery | undefined;
  #proceed: (() => void) | undefined;
  #wake: (() => void) | undefined;

  /**
   * Nothing is asked before {@link begin}.
   *
   * @param owner whose sessions may send it, as `user:ada`
   */
  constructor(staged: StagedChunks, operation: string, owner: string) {
    this.#staged = staged;
    this.#operation = operation;
    this.#owner = owner;
    this.#unlisten = staged.stream.requests.listen(({ kind }) => {
      if (kind === "disconnected" || kind === "closed" || kind === "renewed") this.#break();
    });
  }

  /** True while the server sends what comes; else it is to begin again when all that waits was taken. */
  get isRunning(): boolean {
    return this.#delivery !== undefined;
  }

  /** How many chunks were taken. */
  get taken(): number {
    return this.#taken;
  }

  /** Has the server send what follows the last that was kept. Fails where nothing came of it the last time. */
  async begin(): Promise<Result<void, ApiFailure>> {
    const from = this.#sequence + 1;
    if (this.#failure !== undefined) return err(this.#failure);
    if (from === this.#from) return err({ kind: "lost" });
    this.#from = from;
    const { stream, surface } = this.#staged;
    const options = { filter: sentChunks(surface, this.#operation), from, headersOnly: false };
    const delivery = new PushDelivery(stream, options, {
      message: (message) => this.#receive(message),
      flow: (proceed) => {
        this.#proceed = proceed;
        this.#goOn();
      },
      idle: () => {},
      broken: (why) => {
        this.#failure = why;
        this.#break();
      },
    });
    this.#delivery = delivery;
    const begun = (await delivery.start(performance.now() + BEGIN_MS)).take();
    if (!isErr(begun)) return ok();
    this.#break();
    return begun;
  }

  /** The next chunk in the order of the file; undefined while it has not come. */
  take(): Uint8Array | undefined {
    const chunk = this.#waiting.get(this.#taken);
    if (chunk === undefined) return undefined;
    this.#waiting.delete(this.#taken++);
    this.#bytes -= chunk.length;
    this.#goOn();
    return chunk;
  }

  /** Resolves when there may be something to do. */
  something(): Promise<void> {
    return new Promise((resolve) => this.#wake = resolve);
  }

  /** There is something else to do for who waits. */
  wake(): void {
    this.#wake?.();
    this.#wake = undefined;
  }

  /** Ends it. */
  [Symbol.dispose](): void {
    this.#unlisten();
    this.#break();
    this.#waiting.clear();
  }

  #receive({ subject, sequence, data }: DeliveredMessage): void {
    if (this.#bytes > MOST_BYTES) return this.#break();
    this.#sequence = sequence;
    const { caller, number } = parseSentChunk(this.#staged.surface, subject) ?? {};
    if (caller === undefined || number === undefined || !isOwner(caller, this.#owner)) return;
    if (number < this.#taken || this.#waiting.has(number)) return;
    this.#waiting.set(number, data);
    this.#bytes += data.length;
    if (number === this.#taken) this.wake();
  }

  #goOn(): void {
    if (this.#bytes > READ_AHEAD_BYTES) return;
    this.#proceed?.();
    this.#proceed = undefined;
  }

  #break(): void {
    this.#delivery?.stop();
    this.#delivery = undefined;
    this.#proceed = undefined;
    this.wake();
  }
}
