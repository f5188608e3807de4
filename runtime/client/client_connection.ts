import { TransportError } from "../../contracts/errors/transport_error.ts";
import { isErr } from "../../contracts/result.ts";
import { Backoff } from "../nats/backoff.ts";
import { noAnswerOfTrellis } from "../nats/connection.ts";
import type { ConnectionEvent } from "../nats/connection_events.ts";
import type { NatsMessaging } from "../rpc/nats/nats_messaging.ts";
import type { BootstrapAsker } from "../session/bootstrap_asker.ts";
import { isEnded, refusedSession } from "../session/request_bootstrap.ts";
import { WatchQueue } from "../watch_queue.ts";
import { type ConnectionNews, type ConnectionStatus, nextStatus } from "./connection_status.ts";
import { reportUncaught } from "../nats/report_uncaught.ts";

/** The longest pause between two questions that the platform leaves without an answer, in milliseconds. */
const LONGEST_PAUSE_MS = 5000;

/**
 * A client's connection, which comes back by itself: after the machine slept, after the server or Trellis was
 * away. It is closed for good by the client's own `close`, and when the session has ended or was revoked.
 *
 * ```ts ignore
 * for await (const { state, error } of client.connection.watch({ signal })) {
 *   banner.textContent = state === "connected" ? "" : error?.message ?? "closed";
 * }
 * ```
 */
export class ClientConnection implements ConnectionStatus {
  readonly #messaging: NatsMessaging;
  readonly #session: BootstrapAsker | undefined;
  readonly #watchers = new Set<WatchQueue<ConnectionStatus>>();
  readonly #ended = new AbortController();
  #status: ConnectionStatus = { state: "connected", since: new Date() };
  /** Counts what happens to the link: an answer to a question that was asked before is of no use. */
  #turn = 0;

  /**
   * @param messaging connected, and let in
   * @param session where it is asked whether the session may still act; missing on a server that lets in everybody
   */
  constructor(messaging: NatsMessaging, session?: BootstrapAsker) {
    this.#messaging = messaging;
    this.#session = session;
    const { line } = messaging;
    line.watch((event) => this.#observe(event));
    if (line.isClosed()) this.#note({ kind: "closed", error: undefined });
    else if (!line.up) this.#note({ kind: "lost", error: lostConnection() });
  }

  /** Whether calls can be made. */
  get state(): ConnectionStatus["state"] {
    return this.#status.state;
  }

  /** When this state began. */
  get since(): Date {
    return this.#status.since;
  }

  /** Why it is not connected; see {@link ConnectionStatus.error}. */
  get error(): TransportError | undefined {
    return this.#status.error;
  }

  /**
   * The status of this moment, then each change, until the connection is closed, the signal aborts, or the loop is
   * left. That a connection is replaced before its time is over is no change.
   */
  watch({ signal }: { readonly signal?: AbortSignal } = {}): AsyncIterable<ConnectionStatus> {
    const onAbort = () => changes.end();
    const changes = new WatchQueue<ConnectionStatus>(() => {
      this.#watchers.delete(changes);
      signal?.removeEventListener("abort", onAbort);
    });
    this.#watchers.add(changes);
    signal?.addEventListener("abort", onAbort);
    push(changes, this.#status);
    if (signal?.aborted) changes.end();
    return changes;
  }

  #observe(event: ConnectionEvent): void {
    switch (event.kind) {
      case "disconnected":
        this.#turn++;
        return this.#note({ kind: "lost", error: lostConnection(event.server) });
      case "reconnected":
      case "renewed":
        this.#check().catch(reportUncaught);
        return;
      case "error":
        return this.#observeError(event.error);
      case "closed":
        this.#ended.abort();
        return this.#note({ kind: "closed", error: event.error });
    }
  }

  /** What was said before the link went belongs to what is over, as that the connection's time is up. */
  #observeError(error: TransportError): void {
    if (this.state !== "reconnecting" || error.code !== "trellis.connection.unauthorized") return;
    // Who proves a key is let in, if only to hear that the session may do nothing.
    const refusal = this.#session === undefined ? error : noAnswerOfTrellis();
    this.#note({ kind: "refused", error: refusal });
  }

  /** A server that asks who somebody is lets everybody in who proves a key: what they may do is to be asked. */
  async #check(): Promise<void> {
    const turn = ++this.#turn;
    const backoff = new Backoff(Infinity, LONGEST_PAUSE_MS);
    for (;;) {
      const answer = (await this.#session?.ask())?.take();
      if (turn !== this.#turn || this.#ended.signal.aborted) return;
      if (!isErr(answer)) {
        if (answer?.state !== "limbo") return this.#note({ kind: "connected" });
        const error = refusedSession(answer.reason, this.#session?.contract);
        if (isEnded(answer.reason)) return await this.#messaging.close(error);
        return this.#note({ kind: "refused", error });
      }
      if (this.state === "reconnecting") this.#note({ kind: "refused", error: answer.error });
      if (!await backoff.pause(this.#ended.signal)) return;
    }
  }

  #note(news: ConnectionNews): void {
    const status = nextStatus(this.#status, news, new Date());
    if (status === this.#status) return;
    this.#status = status;
    for (const changes of [...this.#watchers]) push(changes, status);
  }
}

function push(changes: WatchQueue<ConnectionStatus>, status: ConnectionStatus): void {
  changes.push(status);
  if (status.state === "closed") changes.mark(() => changes.end());
}

function lostConnection(server?: string): TransportError {
  return new TransportError({
    message: `the connection to NATS${server === undefined ? "" : ` at ${server}`} is lost`,
    code: "trellis.connection.lost",
    hint: "It is being restored. Check the network, and that the server runs, if that takes long.",
  });
}
