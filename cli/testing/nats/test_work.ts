import type { JetStreamManager } from "@nats-io/jetstream";
import type { NatsMessaging } from "../../../runtime/rpc/nats/nats_messaging.ts";
import { unsettled } from "./unsettled.ts";
import { firstWaiting } from "./waiting_messages.ts";
import { openManager, readFigures } from "./work_reading.ts";

/** Milliseconds between two looks. */
const LOOK_MS = 10;
const LONGEST_MS = 30_000;

/** The work of a test's Trellis, and the time that its services go by. */
export class TestWork {
  readonly #messaging: NatsMessaging;
  readonly #manager: Promise<JetStreamManager>;
  #aheadMs = 0;

  /** @param messaging of somebody who may do everything */
  constructor(messaging: NatsMessaging) {
    this.#messaging = messaging;
    this.#manager = openManager(messaging);
  }

  /** Milliseconds by which the time of the test is ahead of that of the server. */
  get aheadMs(): number {
    return this.#aheadMs;
  }

  /** The time of the test, in milliseconds since 1970. */
  get now(): number {
    return Date.now() + this.#aheadMs;
  }

  /** Resolves when no work is left that could be done now; throws with what is left after half a minute. */
  async settled(timeoutMs: number = LONGEST_MS): Promise<void> {
    const manager = await this.#manager;
    const end = performance.now() + timeoutMs;
    let before: string | undefined;
    for (;;) {
      const figures = await readFigures(manager);
      const left = unsettled(figures);
      // A second look: what was stored between the parts of the first one is in the second.
      if (left === undefined && figures.stored === before) return;
      if (performance.now() > end) {
        throw new Error(`after ${timeoutMs} ms there is still work: ${left ?? "more and more"}`);
      }
      before = left === undefined ? figures.stored : undefined;
      if (left !== undefined) await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    }
  }

  /** Moves the time on, and stops at each moment at which something is due until all of that is settled. */
  async advance(ms: number): Promise<void> {
    const manager = await this.#manager;
    await this.settled();
    let since = this.now;
    const until = since + ms;
    for (;;) {
      const waiting = await firstWaiting(manager, this.#messaging, since, until);
      if (waiting === undefined) break;
      since = Math.max(since, waiting.dueAt);
      this.#aheadMs = Math.max(this.#aheadMs, since - Date.now());
      await waiting.fire();
      await this.settled();
    }
    this.#aheadMs = Math.max(this.#aheadMs, until - Date.now());
  }
}
