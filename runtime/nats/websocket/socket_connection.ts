import type { ConnectionOptions, ServerInfo, Status } from "@nats-io/nats-core";
import type { SessionKey } from "../../../contracts/identity/session_key.ts";
import { headerStatus, headerText } from "../headers/received_headers.ts";
import { type Deferred, deferred } from "../link/deferred.ts";
import type { Link, SendOptions, SubscribeOptions, WireMessage } from "../link/link.ts";
import { answerGreeting, readGreeting } from "./handshake.ts";
import type { Arrived, Said } from "./protocol_reader.ts";
import { endsConnection, LinkError, PermissionError, serverError } from "./server_error.ts";
import { ServerPool } from "./server_pool.ts";
import { ServerSocket } from "./server_socket.ts";
import { SocketSubscription } from "./socket_subscription.ts";
import { StatusFeed } from "./status_feed.ts";

const EMPTY = new Uint8Array();
const encoder = new TextEncoder();

/** What one attempt to connect works with. */
interface Attempt {
  readonly socket: ServerSocket;
  /** Settled when the server has let the connection in, or has not. */
  readonly accepted: Deferred<void>;
}

/**
 * A connection to NATS over WebSocket, which is restored without end once it was there. It does what clients
 * need and no more: NATS' own library is ten times as large, which counts in a page.
 */
export class SocketConnection implements Link {
  readonly #options: ConnectionOptions;
  readonly #key: SessionKey | undefined;
  readonly #pool: ServerPool;
  readonly #feed = new StatusFeed();
  readonly #subscriptions = new Map<number, SocketSubscription>();
  readonly #closed = deferred<void | Error>();
  #attempt: Attempt | undefined;
  #server = "";
  #info: ServerInfo | undefined;
  #isUp = false;
  #isClosed = false;
  #lastSid = 0;
  /** Who waits for an answer to a ping, in the order in which they were sent. */
  #pongs: Deferred<void>[] = [];
  #pings: ReturnType<typeof setInterval> | undefined;
  #unanswered = 0;
  #lastError: LinkError | undefined;
  /** Ends the pause between two attempts. */
  #wake: () => void = () => {};

  private constructor(options: ConnectionOptions, key: SessionKey | undefined) {
    this.#options = options;
    this.#key = key;
    this.#pool = new ServerPool([options.servers ?? []].flat());
  }

  /** Connects to one of the servers, each tried once. Rejects as the last of them has failed. */
  static async open(options: ConnectionOptions, key?: SessionKey): Promise<SocketConnection> {
    const connection = new SocketConnection(options, key);
    let failure: unknown;
    for (let left = connection.#pool.size; left > 0; left--) {
      try {
        await connection.#connect(connection.#pool.next());
        return connection;
      } catch (cause) {
        failure = cause;
      }
      if (connection.isClosed()) break;
    }
    throw failure;
  }

  /** What the server has said about itself; undefined while there is no connection. */
  get info(): ServerInfo | undefined {
    return this.#isUp ? this.#info : undefined;
  }

  /** The server of the moment. */
  getServer(): string {
    return new URL(this.#server).host;
  }

  /** True when it is over for good. */
  isClosed(): boolean {
    return this.#isClosed;
  }

  /** Resolves when it is over for good, with the reason if it was not asked for. */
  closed(): Promise<void | Error> {
    return this.#closed.promise;
  }

  /** What happens from now on, until it is over. */
  status(): AsyncIterable<Status> {
    return this.#feed.listen();
  }

  /** Publishes; nothing is sent while there is no connection. Throws when it is over, or for too much. */
  publish(subject: string, payload: Uint8Array | string = EMPTY, options: SendOptions = {}): void {
    this.#refuseClosed();
    if (subject === "" || /\s/.test(subject)) {
      throw new LinkError("InvalidSubjectError", `illegal subject: '${subject}'`);
    }
    const { reply, headers } = options;
    const data = typeof payload === "string" ? encoder.encode(payload) : payload;
    const head = headers !== undefined && "encode" in headers ? headers.encode() : undefined;
    const size = data.length + (head?.length ?? 0);
    if (size > (this.info?.max_payload ?? Infinity)) {
      throw new LinkError("InvalidArgumentError", "'payload' max_payload size exceeded");
    }
    const to = reply === undefined ? subject : `${subject} ${reply}`;
    if (head === undefined) this.#send(`PUB ${to} ${size}\r\n`, data, "\r\n");
    else this.#send(`HPUB ${to} ${head.length} ${size}\r\n`, head, data, "\r\n");
  }

  /** Subscribes on this connection, also when it was restored. */
  subscribe(subject: string, options: SubscribeOptions): SocketSubscription {
    this.#refuseClosed();
    const sid = ++this.#lastSid;
    const link = {
      unsubscribe: (sid: number) => this.#send(`UNSUB ${sid}\r\n`),
      flush: () => this.flush(),
      forget: (sid: number) => void this.#subscriptions.delete(sid),
    };
    const subscription = new SocketSubscription(link, sid, subject, options);
    this.#subscriptions.set(sid, subscription);
    this.#send(subscription.command);
    return subscription;
  }

  /** Sends a request and waits for its reply. Rejects when there is none in time. */
  async request(
    subject: string,
    payload: string,
    { timeout }: { readonly timeout: number },
  ): Promise<WireMessage> {
    const answer = deferred<WireMessage>();
    const reply = `${this.#options.inboxPrefix ?? "_INBOX"}.${crypto.randomUUID()}`;
    const subscription = this.subscribe(reply, {
      callback: (cause, msg) => {
        if (cause !== null) answer.reject(cause);
        else if (headerStatus(headerText(msg)) !== 503) answer.resolve(msg);
        else answer.reject(new LinkError("NoResponders", `no responders: '${subject}'`));
      },
    });
    const timer = setTimeout(
      () => answer.reject(new LinkError("TimeoutError", "timeout")),
      timeout,
    );
    try {
      this.publish(subject, payload, { reply });
      return await answer.promise;
    } finally {
      clearTimeout(timer);
      subscription.unsubscribe();
    }
  }

  /** Resolves when the server has all that was published. Rejects when the connection is lost before. */
  flush(): Promise<void> {
    const pong = deferred<void>();
    if (this.#isClosed) pong.reject(new LinkError("ClosedConnectionError", "closed connection"));
    else if (!this.#isUp) pong.reject(new LinkError("RequestError", "connection disconnected"));
    else this.#ping(pong);
    return pong.promise;
  }

  /** Ends it. */
  close(): Promise<void> {
    return this.#close(undefined);
  }

  async #connect(server: string): Promise<void> {
    this.#server = server;
    this.#pool.tried(server);
    this.#feed.push({ type: "reconnecting" });
    const accepted = deferred<void>();
    const timer = setTimeout(
      () => accepted.reject(new LinkError("TimeoutError", "timeout")),
      this.#options.timeout ?? 20_000,
    );
    try {
      const socket: ServerSocket = new ServerSocket(server, {
        said: (said) => this.#hear(said),
        closed: (cause) => this.#lost(socket, cause),
      });
      this.#attempt = { socket, accepted };
      await accepted.promise;
      if (this.#attempt === undefined) throw new LinkError("ConnectionError", "lost at once");
      this.#begin();
    } catch (cause) {
      this.#attempt?.socket.close();
      throw cause;
    } finally {
      clearTimeout(timer);
    }
  }

  #begin(): void {
    this.#isUp = true;
    this.#lastError = undefined;
    this.#unanswered = 0;
    this.#pool.stay();
    for (const { command } of this.#subscriptions.values()) this.#send(command);
    this.#pings = setInterval(() => this.#probe(), this.#options.pingInterval ?? 120_000);
  }

  #hear(said: Said): void {
    switch (said.kind) {
      case "message":
        return this.#deliver(said);
      case "ping":
        return this.#attempt?.socket.send("PONG\r\n");
      case "pong":
        return this.#pongs.shift()?.resolve();
      case "error":
        return this.#complain(serverError(said.text));
      case "info":
        return this.#greeted(said.text);
    }
  }

  #deliver(arrived: Arrived): void {
    this.#subscriptions.get(arrived.sid)?.receive(arrived);
  }

  #greeted(text: string): void {
    const info = readGreeting(text);
    const isFirst = this.#info === undefined;
    if (info === undefined) {
      if (isFirst) this.#attempt?.accepted.reject(new Error("the greeting of the server is none"));
      return;
    }
    this.#info = info;
    this.#pool.update(info, this.#server);
    if (info.ldm === true) this.#feed.push({ type: "ldm", server: this.getServer() });
    if (isFirst) this.#introduce(info);
  }

  /** Answers the challenge. A key that fails is the end: it fails the next time as well. */
  async #introduce(info: ServerInfo): Promise<void> {
    const attempt = this.#attempt;
    try {
      const answer = await answerGreeting(info, this.#options, this.#key);
      if (attempt === undefined || attempt !== this.#attempt) return;
      attempt.socket.send(answer);
      this.#ping(attempt.accepted);
    } catch (cause) {
      await this.#close(cause instanceof Error ? cause : new Error(String(cause)));
    }
  }

  #complain(error: LinkError): void {
    if (error instanceof PermissionError && error.operation === "subscription") {
      const { subject, queue } = error;
      [...this.#subscriptions.values()].find((one) => one.is(subject, queue))?.deny(error);
    }
    this.#feed.push({ type: "error", error });
    if (error instanceof PermissionError) return;
    this.#lastError = error;
    if (!this.#isUp) this.#attempt?.accepted.reject(error);
    else if (endsConnection(error)) this.#attempt?.socket.close(error);
  }

  /** Whether the link is alive; one that does not answer is lost. */
  #probe(): void {
    if (this.#unanswered === (this.#options.maxPingOut ?? 2)) {
      this.#attempt?.socket.close(new LinkError("ConnectionError", "the server does not answer"));
      return;
    }
    this.#unanswered++;
    this.flush().then(() => this.#unanswered = 0, () => {});
  }

  #ping(pong: Deferred<void>): void {
    this.#pongs.push(pong);
    this.#attempt?.socket.send("PING\r\n");
  }

  #lost(socket: ServerSocket, cause: Error | undefined): void {
    if (this.#attempt?.socket !== socket) return;
    const { accepted } = this.#attempt;
    const wasUp = this.#isUp;
    this.#attempt = undefined;
    this.#info = undefined;
    this.#isUp = false;
    clearInterval(this.#pings);
    const error = this.#lastError ?? cause ??
      new LinkError("ConnectionError", "the server has closed the connection");
    accepted.reject(error);
    for (const pong of this.#pongs.splice(0)) {
      pong.reject(new LinkError("RequestError", "connection disconnected"));
    }
    if (wasUp && !this.#isClosed) this.#restore();
  }

  async #restore(): Promise<void> {
    this.#feed.push({ type: "disconnect", server: this.getServer() });
    while (!this.#isClosed) {
      const server = this.#pool.next();
      await this.#pause(
        this.#pool.waitFor(server, this.#options.reconnectDelayHandler?.() ?? 2000),
      );
      if (this.#isClosed) return;
      this.#lastError = undefined;
      try {
        await this.#connect(server);
        this.#feed.push({ type: "reconnect", server: this.getServer() });
        return;
      } catch {
        // What a server has complained about was told already.
      }
    }
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  async #close(reason: Error | undefined): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    const attempt = this.#attempt;
    if (reason !== undefined) attempt?.accepted.reject(reason);
    this.#wake();
    for (const subscription of [...this.#subscriptions.values()]) subscription.end();
    await attempt?.socket.close(reason);
    this.#feed.push({ type: "close" });
    this.#feed.end();
    this.#closed.resolve(reason);
  }

  /** While there is no connection nothing is sent: whoever publishes is told that it is gone. */
  #send(...pieces: readonly (Uint8Array | string)[]): void {
    if (this.#isUp) this.#attempt?.socket.send(...pieces);
  }

  #refuseClosed(): void {
    if (this.#isClosed) throw new LinkError("ClosedConnectionError", "closed connection");
  }
}
