import { TransportError } from "../../contracts/errors/transport_error.ts";
import { noAnswerOfTrellis } from "../nats/connection.ts";
import type { ConnectionEvent } from "../nats/connection_events.ts";
import type { NatsMessaging } from "../rpc/nats/nats_messaging.ts";
import type { BootstrapAsker } from "../session/bootstrap_asker.ts";
import { type SessionNews, SessionWatch } from "../session/session_watch.ts";
import { WatchQueue } from "../watch_queue.ts";
import { type ConnectionNews, type ConnectionStatus, nextStatus } from "./connection_status.ts";

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
  readonly #isSecured: boolean;
  readonly #watchers = new Set<WatchQueue<ConnectionStatus>>();
  #status: ConnectionStatus = { state: "connected", since: new Date() };

  /**
   * @param messaging connected, and let in
   * @param session where it is asked whether the session may still act; missing on a server that lets in everybody
   */
  constructor(messaging: NatsMessaging, session?: BootstrapAsker) {
    this.#isSecured = session !== undefined;
    const { line } = messaging;
    line.watch((event) => this.#observe(event));
    new SessionWatch(messaging, session, (news) => this.#learn(news));
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
        return this.#note({ kind: "lost", error: lostConnection(event.server) });
      case "error":
        return this.#observeError(event.error);
      case "closed":
        return this.#note({ kind: "closed", error: event.error });
    }
  }

  /** What was said before the link went belongs to what is over, as that the connection's time is up. */
  #observeError(error: TransportError): void {
    if (this.state !== "reconnecting" || error.code !== "trellis.connection.unauthorized") return;
    // Who proves a key is let in, if only to hear that the session may do nothing.
    const refusal = this.#isSecured ? noAnswerOfTrellis() : error;
    this.#note({ kind: "refused", error: refusal });
  }

  #learn(news: SessionNews): void {
    if (news.kind === "admitted") return this.#note({ kind: "connected" });
    // As long as the link holds, a question that nobody answers says nothing about calls.
    if (news.kind === "unanswered" && this.state !== "reconnecting") return;
    this.#note({ kind: "refused", error: news.error });
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
