import type { SessionContract } from "../../contracts/stored/session_record.ts";
import type { TransportError } from "../../contracts/errors/transport_error.ts";
import { isErr } from "../../contracts/result.ts";
import { Backoff } from "../nats/backoff.ts";
import type { ConnectionEvent } from "../nats/connection_events.ts";
import { reportUncaught } from "../nats/report_uncaught.ts";
import type { NatsMessaging } from "../rpc/nats/nats_messaging.ts";
import type { BootstrapAsker } from "./bootstrap_asker.ts";
import { isEnded, refusedSession } from "./request_bootstrap.ts";

/** The longest pause between two questions that the platform leaves without an answer, in milliseconds. */
const LONGEST_PAUSE_MS = 5000;

/**
 * Whoever may do nothing is let in for ten seconds, to ask why. Each time that the answer is the same it may wait
 * so much longer until it connects again, in milliseconds.
 */
const REFUSED_PAUSE_MS = 10_000;
const LONGEST_REFUSED_PAUSE_MS = 30_000;

/** What a session has become known to be. */
export type SessionNews =
  /** It may act. */
  | { readonly kind: "admitted" }
  /** It may do nothing; that may pass. */
  | { readonly kind: "refused"; readonly error: TransportError }
  /** The platform does not say; it is asked again. */
  | { readonly kind: "unanswered"; readonly error: TransportError };

/**
 * Asks after each connect whether the session may still act: a server that asks who somebody is lets everybody
 * in who proves a key. Ends the connection of a session that is over, with the reason.
 */
export class SessionWatch {
  readonly #messaging: NatsMessaging;
  readonly #session: BootstrapAsker | undefined;
  readonly #contract: SessionContract | undefined;
  readonly #tell: (news: SessionNews) => void;
  readonly #ended = new AbortController();
  /** Counts what happens to the link: an answer to a question that was asked before is of no use. */
  #turn = 0;
  /** How often, one after the other, it was told that it may do nothing. */
  #refusals = 0;

  /**
   * @param session where it is asked; missing on a server that lets in everybody
   * @param tell is given what has become known after a connect
   * @param contract what refusals speak of; what is asked with unless given
   */
  constructor(
    messaging: NatsMessaging,
    session: BootstrapAsker | undefined,
    tell: (news: SessionNews) => void,
    contract: SessionContract | undefined = session?.contract,
  ) {
    this.#messaging = messaging;
    this.#session = session;
    this.#tell = tell;
    this.#contract = contract;
    messaging.line.watch((event) => this.#observe(event));
  }

  /** Milliseconds that are good between two connects, for who need not be back at once. */
  get pauseMs(): number {
    return Math.min(LONGEST_REFUSED_PAUSE_MS, this.#refusals * REFUSED_PAUSE_MS);
  }

  #observe({ kind }: ConnectionEvent): void {
    if (kind === "disconnected") this.#turn++;
    if (kind === "reconnected" || kind === "renewed") this.#ask().catch(reportUncaught);
    if (kind === "closed") this.#ended.abort();
  }

  async #ask(): Promise<void> {
    const turn = ++this.#turn;
    const backoff = new Backoff(Infinity, LONGEST_PAUSE_MS);
    for (;;) {
      const answer = (await this.#session?.ask())?.take();
      if (turn !== this.#turn || this.#ended.signal.aborted) return;
      if (!isErr(answer)) {
        this.#refusals = answer?.state === "limbo" ? this.#refusals + 1 : 0;
        if (answer?.state !== "limbo") return this.#tell({ kind: "admitted" });
        const error = refusedSession(answer.reason, this.#contract);
        if (isEnded(answer.reason)) return await this.#messaging.close(error);
        return this.#tell({ kind: "refused", error });
      }
      this.#tell({ kind: "unanswered", error: answer.error });
      if (!await backoff.pause(this.#ended.signal)) return;
    }
  }
}
