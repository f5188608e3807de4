import type { NatsConnection } from "@nats-io/nats-core";
import { callerToken, type Principal } from "../../../contracts/identity/caller.ts";
import type { TransportError } from "../../../contracts/errors/transport_error.ts";
import { err, ok, type Result } from "../../../contracts/result.ts";
import type { RecordCalls } from "../call_recorder.ts";
import type { Messaging, Reply, RequestOptions } from "../messaging.ts";
import {
  type ConnectionSettings,
  inboxPrefix,
  openLink,
  sessionFor,
} from "../../nats/connection.ts";
import { doneWithin } from "../../nats/done_within.ts";
import { keepRenewed } from "../../nats/keep_renewed.ts";
import { toTransportError } from "../../nats/library_error.ts";
import { Line } from "../../nats/line.ts";
import { libraryConnection } from "../../nats/link/link.ts";
import { RequestMux } from "./request_mux.ts";
import { freshToken } from "../../nats/session_token.ts";

/** Longest wait of {@link NatsMessaging.close} for what was just published, in milliseconds. */
const CLOSE_FLUSH_MS = 1000;

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
  /** Records calls; see {@link Messaging.record}. */
  readonly record?: RecordCalls | undefined;
}

/** {@link Messaging} over one NATS connection at a time. */
export class NatsMessaging implements Messaging, AsyncDisposable {
  /** This connection's session token. */
  readonly session: string;
  /** The connection of the moment and those that follow, for the other adapters. */
  readonly line: Line;
  /** See {@link Messaging.record}. */
  readonly record: RecordCalls | undefined;
  readonly #mux: RequestMux;
  #secured: boolean;
  #caller: string;
  #maxPayload = 0;
  #isKept = false;
  #closing: Promise<void> | undefined;

  /** Made by {@link connectMessaging}. */
  constructor(line: Line, session: string, settings: MessagingSettings) {
    this.line = line;
    this.session = session;
    this.record = settings.record;
    const { principal, secured = principal !== undefined } = settings;
    this.#secured = secured;
    this.#caller = principal === undefined ? session : callerToken({ principal, session });
    // One level deeper than the inboxes that the client library makes for itself below the same prefix,
    // because those messages would otherwise arrive twice; and apart from those of another connection
    // with the same key.
    const inbox = `${inboxPrefix(session)}.${settings.key === undefined ? "r" : freshToken(6)}.`;
    this.#mux = new RequestMux(line, session, inbox, settings.contractDigest);
    const { onStatus } = settings;
    line.watch((event) => {
      this.#mux.observe(event);
      onStatus?.(event);
    });
  }

  /**
   * The connection of the moment, of NATS' library. Of a session that is renewed it is soon another one: what
   * lasts takes {@link line}. Throws over WebSocket.
   */
  get connection(): NatsConnection {
    return libraryConnection(this.line.connection);
  }

  /** True when the server lets each session call as itself only. */
  get secured(): boolean {
    return this.#secured;
  }

  /** The last token of the subjects of its requests. */
  get caller(): string {
    return this.#caller;
  }

  /**
   * Takes note of who this session is, and that the server enforces it. For what is called and served
   * afterwards.
   *
   * @param lifetimeS seconds after which the server ends a connection: it is replaced before
   */
  identify(principal: Principal, lifetimeS?: number): void {
    this.claim(principal);
    this.#secured = true;
    if (lifetimeS === undefined || this.#isKept) return;
    this.#isKept = true;
    keepRenewed(this.line, lifetimeS);
  }

  /** Says in the subjects of its requests who it is, to servers that do not check it. */
  claim(principal: Principal): void {
    this.#caller = callerToken({ principal, session: this.session });
  }

  /** Largest message that the server takes, in bytes; headers count. */
  get maxPayload(): number {
    return this.#maxPayload = this.line.info?.max_payload ?? this.#maxPayload;
  }

  /** Requests of this connection that wait for their reply. */
  get waiting(): number {
    return this.#mux.waiting;
  }

  /**
   * Sends a request and waits for its one reply. While the connection is down nothing is sent: it fails at once
   * with `trellis.connection.down`, or waits for the connection, as its options say.
   */
  request(
    subject: string,
    body: string,
    options: RequestOptions,
  ): Promise<Result<Reply, TransportError>> {
    return this.#mux.request(subject, body, options);
  }

  /** Resolves when the server has all that was published; rejects with a {@link TransportError}. */
  async flush(): Promise<void> {
    try {
      await this.line.flush();
    } catch (cause) {
      throw toTransportError(cause, "flushing the connection");
    }
  }

  /**
   * Connects once more, so that the server looks up anew what this session may do. Nothing in work is lost.
   * False when the server lets it in no more at the moment, and nothing was done.
   */
  renew(): Promise<boolean> {
    return this.line.renew();
  }

  /**
   * Fails what waits, sends what was published, and ends the connection.
   *
   * @param reason why, where it was not asked for; later requests fail with it
   */
  close(reason?: TransportError): Promise<void> {
    return this.#closing ??= this.#close(reason);
  }

  /** Resolves when the connection is over, with the reason if it was not asked for. */
  closed(): Promise<TransportError | undefined> {
    return this.line.closed();
  }

  /** The same as {@link close}. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #close(reason: TransportError | undefined): Promise<void> {
    this.#mux.close(reason);
    // A flush that fails has lost its connection; there is nothing left to send it on.
    if (this.line.up) await doneWithin(this.line.flush(), CLOSE_FLUSH_MS);
    await this.line.close(reason);
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
  const first = { ...settings, session, onStatus: undefined };
  const opened = await openLink(first);
  if (opened.isErr()) return err(opened.error);
  const line = new Line(opened.orThrow(), () => openLink({ ...first, waitMs: 0 }));
  return ok(new NatsMessaging(line, session, settings));
}
