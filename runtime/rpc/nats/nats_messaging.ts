import type { NatsConnection } from "@nats-io/transport-deno";
import { callerToken, type Principal } from "../../../contracts/identity/caller.ts";
import type { TransportError } from "../../../contracts/errors/transport_error.ts";
import { err, ok, type Result } from "../../../contracts/result.ts";
import type { IncomingRequest, Messaging, Reply, RequestOptions } from "../messaging.ts";
import { ReplyPublisher } from "./reply_publisher.ts";
import {
  type ConnectionSettings,
  inboxPrefix,
  openConnection,
  sessionFor,
} from "../../nats/connection.ts";
import {
  closedReason,
  type ConnectionEvent,
  watchConnection,
} from "../../nats/connection_events.ts";
import { toTransportError } from "../../nats/library_error.ts";
import { RequestMux } from "./request_mux.ts";
import { NatsServedSubject } from "./served_subject.ts";
import { freshToken } from "../../nats/session_token.ts";

/** Longest wait of {@link NatsMessaging.close} for what was just published, in milliseconds. */
const CLOSE_FLUSH_MS = 1000;

/** How long {@link NatsMessaging.renew} waits for requests in work, in milliseconds. */
const RENEW_PATIENCE_MS = 1000;
const RENEW_POLL_MS = 10;

/** How {@link connectMessaging} connects and what it asks of callers. */
export interface MessagingSettings extends ConnectionSettings {
  /** Digest of this participant's contract; goes with every request. */
  readonly contractDigest?: string;
  /** Who this participant is, where it knows; else what {@link NatsMessaging.identify} is told. */
  readonly principal?: Principal;
  /**
   * True for servers that enforce permissions: callers are who their subjects say then, and plain clients,
   * whose inbox is anywhere, get no answer. True unless given when the principal is known.
   */
  readonly secured?: boolean;
}

/** {@link Messaging} over one NATS connection. */
export class NatsMessaging implements Messaging, AsyncDisposable {
  /** This connection's session token. */
  readonly session: string;
  /** The connection, for the other adapters. */
  readonly connection: NatsConnection;
  readonly #mux: RequestMux;
  readonly #answers: ReplyPublisher;
  #secured: boolean;
  #caller: string;
  readonly #served = new Set<NatsServedSubject>();
  readonly #closed: Promise<TransportError | undefined>;
  #maxPayload = 0;
  #online = true;
  /** Told when the connection is back. */
  readonly #back = new Set<() => void>();
  #closing: Promise<void> | undefined;

  /** Made by {@link connectMessaging}. */
  constructor(connection: NatsConnection, session: string, settings: MessagingSettings) {
    this.connection = connection;
    this.session = session;
    const { principal, secured = principal !== undefined } = settings;
    this.#secured = secured;
    this.#caller = principal === undefined ? session : callerToken({ principal, session });
    this.#answers = new ReplyPublisher(connection);
    // One level deeper than the inboxes that the client library makes for itself below the same prefix,
    // because those messages would otherwise arrive twice; and apart from those of another connection
    // with the same key.
    const inbox = `${inboxPrefix(session)}.${settings.key === undefined ? "r" : freshToken(6)}.`;
    this.#mux = new RequestMux(connection, session, inbox, settings.contractDigest);
    this.#closed = closedReason(connection);
    const { onStatus } = settings;
    watchConnection(connection, (event) => {
      this.#observe(event);
      onStatus?.(event);
    });
  }

  /** The last token of the subjects of its requests. */
  get caller(): string {
    return this.#caller;
  }

  /**
   * Takes note of who this session is, and that the server enforces it. For what is called and served
   * afterwards.
   */
  identify(principal: Principal): void {
    this.#caller = callerToken({ principal, session: this.session });
    this.#secured = true;
  }

  /** Largest message that the server takes, in bytes; headers count. */
  get maxPayload(): number {
    return this.#maxPayload = this.connection.info?.max_payload ?? this.#maxPayload;
  }

  /** Requests of this connection that wait for their reply. */
  get waiting(): number {
    return this.#mux.waiting;
  }

  /**
   * Sends a request and waits for its one reply. While the connection is down it fails at once with
   * `trellis.connection.lost` and nothing is sent.
   */
  request(
    subject: string,
    body: string,
    options: RequestOptions,
  ): Promise<Result<Reply, TransportError>> {
    return this.#mux.request(subject, body, options);
  }

  /** Serves a subject that ends with `.*`; the server knows after {@link flush}. */
  serve(
    subject: string,
    queue: string | undefined,
    handle: (request: IncomingRequest) => void,
  ): NatsServedSubject {
    const served = new NatsServedSubject({
      connection: this.connection,
      answers: this.#answers,
      secured: this.#secured,
      subject,
      queue,
      handle,
      onStop: () => this.#served.delete(served),
    });
    this.#served.add(served);
    return served;
  }

  /** Resolves when the server has all that was published; rejects with a {@link TransportError}. */
  async flush(): Promise<void> {
    try {
      await this.connection.flush();
    } catch (cause) {
      throw toTransportError(cause, "flushing the connection");
    }
  }

  /**
   * Connects again, so that the server looks up anew what this session may do. Nothing in work is lost:
   * false when requests kept waiting for their replies, and nothing was done.
   */
  async renew(): Promise<boolean> {
    const patience = performance.now() + RENEW_PATIENCE_MS;
    while (this.#mux.waiting > 0 && performance.now() < patience) await pause(RENEW_POLL_MS);
    if (this.#mux.waiting > 0) return false;
    const back = new Promise<void>((resolve) => this.#back.add(resolve));
    await this.connection.reconnect();
    await Promise.race([back, this.#closed]);
    return this.#online;
  }

  /** Fails what waits, sends what was published, and ends the connection. */
  close(): Promise<void> {
    return this.#closing ??= this.#close();
  }

  /** Resolves when the connection is over, with the reason if it was not asked for. */
  closed(): Promise<TransportError | undefined> {
    return this.#closed;
  }

  /** The same as {@link close}. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #close(): Promise<void> {
    this.#mux.close();
    if (this.#online) await flushWithin(this.connection, CLOSE_FLUSH_MS);
    await this.connection.close();
  }

  #observe(event: ConnectionEvent): void {
    this.#mux.observe(event);
    if (event.kind === "disconnected" || event.kind === "closed") this.#online = false;
    if (event.kind !== "reconnected") return;
    this.#online = true;
    for (const tell of this.#back) tell();
    this.#back.clear();
    for (const served of this.#served) served.restore();
  }
}

/**
 * Opens a connection and makes it a {@link Messaging}.
 *
 * Errors: `trellis.connection.refused`, `trellis.connection.unauthorized`,
 * `trellis.server.unsupported`.
 *
 * ```ts ignore
 * const messaging = (await connectMessaging({ servers: "nats://127.0.0.1:4222", name: "orders" }))
 *   .orThrow();
 * const reply = await messaging.request(`rpc.v1.Orders.Get.${messaging.session}`, "{}", {
 *   timeoutMs: 5000,
 *   requestId: "01JZZZZZZZZZZZZZZZZZZZZZZZ",
 * });
 * ```
 */
export async function connectMessaging(
  settings: MessagingSettings,
): Promise<Result<NatsMessaging, TransportError>> {
  const session = settings.session ?? sessionFor(settings);
  const opened = await openConnection({ ...settings, session, onStatus: undefined });
  if (opened.isErr()) return err(opened.error);
  return ok(new NatsMessaging(opened.orThrow(), session, settings));
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

async function flushWithin(connection: NatsConnection, ms: number): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<void>((resolve) => timer = setTimeout(resolve, ms));
  // A flush that fails has lost its connection; there is nothing left to send it on.
  await Promise.race([connection.flush().catch(() => {}), late]);
  clearTimeout(timer);
}
