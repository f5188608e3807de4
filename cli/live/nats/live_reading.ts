import {
  ALL_REQUESTS_SUBJECT,
  ALL_STEPS_SUBJECT,
  liveSourceOf,
  WATCH_SUBJECT,
} from "../../../contracts/live/live_subjects.ts";
import { parseRequestBatch, parseStepReport } from "../../../contracts/live/reports.ts";
import type { Wish } from "../../../contracts/live/wish.ts";
import { deploymentToken } from "../../../contracts/stored/authority_records.ts";
import type { LineSubscription } from "../../../runtime/nats/line_subscription.ts";
import { PLATFORM_DEPLOYMENT } from "../../../runtime/platform/serve_contract.ts";
import { decodeUtf8 } from "../../../runtime/nats/utf8/utf8_text.ts";
import { freshToken } from "../../../runtime/nats/session_token.ts";
import type { NatsMessaging } from "../../../runtime/rpc/nats/nats_messaging.ts";
import type { LiveItem } from "../live_item.ts";
import { followEvents } from "./follow_events.ts";
import type { Counts } from "../traffic.ts";

/** What is watched. */
export interface Watching {
  /** The deployment whose requests are wished; all when it is missing. */
  readonly deployment?: string;
  /** Requests a second that each instance may report at most. */
  readonly perSecond: number;
}

/** Gets what is read. */
export interface LiveSink {
  /** Something has happened. */
  item(item: LiveItem): void;
  /** How much there was, shown or not. */
  count(counts: Partial<Counts>): void;
}

/** Milliseconds between two wishes, and how long each holds: one or two may be lost. */
const WISH_MS = 2000;
const HOLD_MS = 3 * WISH_MS;
/** How long the last wish holds: it takes the place of those before. */
const OVER_MS = 1;
/** What is read in a second; the rest is dropped unread, whoever sends it. */
const MOST = { bytes: 4 << 20, reports: 400 };

/** Reads what happens, on the connection of somebody who may do everything, until it is stopped. */
export class LiveReading {
  readonly #messaging: NatsMessaging;
  readonly #watching: Watching;
  readonly #sink: LiveSink;
  readonly #watcher = freshToken(16);
  readonly #stop = new AbortController();
  readonly #subscriptions: readonly LineSubscription[];
  readonly #timer: ReturnType<typeof setInterval>;
  /** The part of all traces that each instance could report last. */
  readonly #shares = new Map<string, { readonly share: number; readonly at: number }>();
  #second = { began: 0, bytes: 0, reports: 0 };

  /** Begins at once. */
  constructor(messaging: NatsMessaging, watching: Watching, sink: LiveSink) {
    this.#messaging = messaging;
    this.#watching = watching;
    this.#sink = sink;
    this.#subscriptions = [
      this.#read(ALL_REQUESTS_SUBJECT, (subject, text) => this.#takeRequests(subject, text)),
      this.#read(ALL_STEPS_SUBJECT, (_subject, text) => this.#takeStep(text)),
    ];
    this.#wish();
    this.#timer = setInterval(() => this.#wish(), WISH_MS);
    followEvents(messaging, sink, this.#stop.signal);
  }

  /** Reads no more, and says so: services report nothing from then on. */
  stop(): void {
    this.#stop.abort();
    clearInterval(this.#timer);
    this.#wish(OVER_MS);
    if (this.#messaging.line.isClosed()) return;
    for (const subscription of this.#subscriptions) subscription.unsubscribe();
  }

  #wish(holdMs = HOLD_MS): void {
    const { line } = this.#messaging;
    if (line.isClosed() || !line.up) return;
    const { deployment, perSecond } = this.#watching;
    const wish: Wish = {
      format: "trellis.watch.v1",
      watcher: this.#watcher,
      ...(deployment === undefined ? {} : { deployment }),
      perSecond,
      share: this.#share(),
      holdMs,
    };
    line.publish(WATCH_SUBJECT, JSON.stringify(wish));
  }

  /** What the busiest can report: the others report the same traces, so that those are whole. */
  #share(): number {
    const now = performance.now();
    let least = 1;
    for (const [source, { share, at }] of this.#shares) {
      if (now - at > HOLD_MS) this.#shares.delete(source);
      else least = Math.min(least, share);
    }
    return least;
  }

  /** Whoever reports may be hostile: what costs too much is not even looked at. */
  #read(subject: string, take: (subject: string, text: string) => boolean): LineSubscription {
    return this.#messaging.line.subscribe(subject, {
      callback: (cause, msg) => {
        if (cause !== null) return;
        const text = this.#affords(msg.data.length) ? decodeUtf8(msg.data) : undefined;
        const isTaken = text !== undefined && take(msg.subject, text);
        if (!isTaken) this.#sink.count({ refused: 1 });
      },
    });
  }

  #affords(bytes: number): boolean {
    const now = performance.now();
    if (now - this.#second.began >= 1000) this.#second = { began: now, bytes: 0, reports: 0 };
    this.#second.bytes += bytes;
    this.#second.reports++;
    return this.#second.bytes <= MOST.bytes && this.#second.reports <= MOST.reports;
  }

  #takeRequests(subject: string, text: string): boolean {
    const source = liveSourceOf(subject);
    const batch = source && parseRequestBatch(text);
    if (source === undefined || batch === undefined) return false;
    const { deployment, contract, requests, seen, leftOut, share } = batch;
    // The broker lets nobody report for others; what a report says of itself is another matter.
    if (deploymentToken(deployment) !== source.deployment) return false;
    const { instance } = source;
    if (this.#shares.size < MOST.reports) {
      this.#shares.set(subject, { share, at: performance.now() });
    }
    // Whoever watches causes most of what is asked of Trellis itself, and does not ask how much that is.
    if (deployment !== PLATFORM_DEPLOYMENT) this.#sink.count({ requests: seen, leftOut });
    const wished = this.#watching.deployment;
    if (wished !== undefined && wished !== deployment) return true;
    for (const request of requests) {
      this.#sink.item({ kind: "request", deployment, contract, instance, ...request });
    }
    return true;
  }

  #takeStep(text: string): boolean {
    const report = parseStepReport(text);
    if (report === undefined) return false;
    const { deployment, kind, at } = report;
    this.#sink.item({ kind: "step", deployment, step: kind, text: report.text, at });
    return true;
  }
}
