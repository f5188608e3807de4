/** A real server and connections to it, for the tests of the messaging adapter. */
import type { ServerProcess } from "../../cli/nats_server/server_process.ts";
import { connect, type ConnectionOptions, type NatsConnection } from "@nats-io/transport-deno";
import { ulid } from "ulid";
import type { TransportError } from "../../contracts/errors/transport_error.ts";
import type { Result } from "../../contracts/result.ts";
import type { Reply, RequestOptions } from "../../runtime/rpc/messaging.ts";
import {
  connectMessaging,
  type MessagingSettings,
  type NatsMessaging,
} from "../../runtime/rpc/nats/nats_messaging.ts";
import { launchServer, type LaunchSettings } from "./servers/launch_server.ts";
import { giveBackServer, removeServer, takeServer } from "./servers/server_pool.ts";

/** A server that can be killed, frozen, and started again on the same port. */
export class MessagingTestServer implements AsyncDisposable {
  readonly #storeDir: string;
  readonly #open: { close(): Promise<void> }[] = [];
  #settings: LaunchSettings;
  #process: ServerProcess;
  /** Something else than requests was done to it. */
  #isTouched = false;

  private constructor(process: ServerProcess, storeDir: string, settings: LaunchSettings) {
    this.#process = process;
    this.#storeDir = storeDir;
    this.#settings = settings;
  }

  static async start(settings: LaunchSettings = {}): Promise<MessagingTestServer> {
    const { process, storeDir } = await takeServer(settings);
    return new MessagingTestServer(process, storeDir, settings);
  }

  get url(): string {
    return this.#process.url;
  }

  get port(): number {
    return this.#process.port;
  }

  /** Ends the server as a crash would. */
  async kill(): Promise<void> {
    this.#isTouched = true;
    await this.#process.kill();
  }

  /** Starts it again after {@link kill}, with other settings where given. */
  async startAgain(settings: LaunchSettings = this.#settings): Promise<void> {
    this.#settings = settings;
    this.#process = await launchServer(this.#storeDir, this.#process.port, settings);
  }

  /** Stops it from doing anything, with its connections open, until it is killed or resumed. */
  freeze(): void {
    this.#isTouched = true;
    Deno.kill(this.#process.pid, "SIGSTOP");
  }

  /** Lets a frozen server go on. */
  resume(): void {
    Deno.kill(this.#process.pid, "SIGCONT");
  }

  /** A connection of ours, closed with the server. */
  async messaging(settings: Partial<MessagingSettings> = {}): Promise<NatsMessaging> {
    const messaging = (await connectMessaging({ servers: this.url, name: "test", ...settings }))
      .orThrow();
    this.#open.push(messaging);
    return messaging;
  }

  /** A connection of the client library alone, closed with the server. */
  async plain(options: ConnectionOptions = {}): Promise<NatsConnection> {
    const connection = await connect({ servers: this.url, ...options });
    this.#open.push(connection);
    return connection;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#open.map((connection) => connection.close()));
    const server = { process: this.#process, storeDir: this.#storeDir };
    if (this.#isTouched) await removeServer(server);
    else await giveBackServer(server, this.#settings);
  }
}

/** Options of a request that has time enough. */
export function patiently(options: Partial<RequestOptions> = {}): RequestOptions {
  return { timeoutMs: 20_000, requestId: ulid(), ...options };
}

/** The error of a result that must be one. */
export function failureOf(result: Result<Reply, TransportError>): TransportError {
  if (result.isErr()) return result.error;
  throw new Error("the request succeeded, which it should not");
}
