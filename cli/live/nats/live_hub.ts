import type { NatsMessaging } from "../../../runtime/rpc/nats/nats_messaging.ts";
import { isWanted, type LiveFilter } from "../live_filter.ts";
import type { Kept, LiveEvent, LiveItem, LiveRequest } from "../live_item.ts";
import { LiveReading, type Watching } from "./live_reading.ts";
import { type Counts, Traffic } from "../traffic.ts";

/** Somebody who looks at what happens. */
export interface Looker {
  /** Their connection: it may do everything. */
  readonly messaging: NatsMessaging;
  /** Aborted when they look no more. */
  readonly signal: AbortSignal;
  /** Called when something has come; reads it from the hub. */
  readonly tell: () => void;
}

/** What is kept of the past. */
const KEPT = 2000;

/**
 * What happens, as long as somebody looks: it is read once for all who do, on the connection of one of them, and not
 * at all when nobody does.
 */
export class LiveHub {
  readonly #watching: Watching;
  readonly #lookers = new Set<Looker>();
  readonly #traffic = new Traffic();
  #items: Kept[] = [];
  #last = 0;
  #reading: { readonly messaging: NatsMessaging; readonly reading: LiveReading } | undefined;

  /** Reads nothing yet. */
  constructor(watching: Watching) {
    this.#watching = watching;
  }

  /** How much happens a second. */
  get traffic(): Counts {
    return this.#traffic.perSecond(Date.now());
  }

  /** True while somebody looks. */
  get isReading(): boolean {
    return this.#reading !== undefined;
  }

  /** The number of the last item. */
  get last(): number {
    return this.#last;
  }

  /** What was seen after an item, oldest first; of too much the last. */
  after(number: number, filter: LiveFilter, limit: number): readonly Kept[] {
    const found: Kept[] = [];
    for (let i = this.#items.length - 1; i >= 0 && found.length < limit; i--) {
      const item = this.#items[i]!;
      if (item.number <= number) break;
      if (isWanted(item, filter)) found.push(item);
    }
    return found.reverse();
  }

  /** The requests and events of a trace, in the order in which they came. */
  ofTrace(trace: string): readonly Kept<LiveRequest | LiveEvent>[] {
    return this.#items.flatMap((item) => item.kind !== "step" && item.trace === trace ? item : []);
  }

  /** Somebody looks, until their signal is aborted. */
  look(looker: Looker): void {
    if (looker.signal.aborted) return;
    this.#lookers.add(looker);
    looker.signal.addEventListener("abort", () => this.#leave(looker), { once: true });
    this.#readOn();
  }

  #leave(looker: Looker): void {
    this.#lookers.delete(looker);
    const messaging = this.#reading?.messaging;
    if ([...this.#lookers].some((other) => other.messaging === messaging)) return;
    this.#reading?.reading.stop();
    this.#reading = undefined;
    this.#readOn();
  }

  #readOn(): void {
    const [first] = this.#lookers;
    if (first === undefined || this.#reading !== undefined) return;
    const { messaging } = first;
    const reading = new LiveReading(messaging, this.#watching, {
      item: (item) => this.#keep(item),
      count: (counts) => this.#traffic.count(counts, Date.now()),
    });
    this.#reading = { messaging, reading };
  }

  #keep(item: LiveItem): void {
    this.#items.push({ ...item, number: ++this.#last });
    // Not one by one: moving all of them for each would be most of the work.
    if (this.#items.length > 1.25 * KEPT) this.#items = this.#items.slice(-KEPT);
    for (const { tell } of this.#lookers) tell();
  }
}
