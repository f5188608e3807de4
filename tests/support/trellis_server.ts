import type { ServerProcess } from "../../cli/nats_server/server_process.ts";
import type { Authority } from "../../reconcile/authority/authority.ts";
import { openAuthority } from "../../reconcile/nats/open_authority.ts";
import { connectMessaging, type NatsMessaging } from "../../runtime/rpc/nats/nats_messaging.ts";
import { launchServer, type LaunchSettings } from "./servers/launch_server.ts";
import { giveBackServer, removeServer, takeServer } from "./servers/server_pool.ts";

/**
 * A real NATS server on a free port, for one test: at its beginning there is nothing on it. What is
 * opened through it is closed with it.
 *
 * ```ts ignore
 * await using server = await TrellisServer.start();
 * const authority = await server.authority();
 * ```
 */
export class TrellisServer implements AsyncDisposable {
  readonly #storeDir: string;
  readonly #settings: LaunchSettings;
  readonly #opened: NatsMessaging[] = [];
  #process: ServerProcess;
  #hasCrashed = false;

  private constructor(process: ServerProcess, storeDir: string, settings: LaunchSettings) {
    this.#process = process;
    this.#storeDir = storeDir;
    this.#settings = settings;
  }

  /** Starts a server. */
  static async start(settings: LaunchSettings = {}): Promise<TrellisServer> {
    const { process, storeDir } = await takeServer(settings);
    return new TrellisServer(process, storeDir, settings);
  }

  /** Where it listens; the same after {@link startAgain}. */
  get url(): string {
    return this.#process.url;
  }

  /** Its process. */
  get pid(): number {
    return this.#process.pid;
  }

  /** Ends it as a crash would. */
  async kill(): Promise<void> {
    this.#hasCrashed = true;
    await this.#process.kill();
  }

  /** Ends it in good order, to be started again. */
  async stop(): Promise<void> {
    await this.#process.stop();
  }

  /** Starts it again on the same port and store. */
  async startAgain(): Promise<void> {
    this.#process = await launchServer(this.#storeDir, this.#process.port, this.#settings);
  }

  /** A connection of its own. */
  async connect(name = "test"): Promise<NatsMessaging> {
    const messaging = (await connectMessaging({ servers: this.url, name })).orThrow();
    this.#opened.push(messaging);
    return messaging;
  }

  /** Authority over a connection of its own. */
  async authority(): Promise<Authority> {
    return (await openAuthority((await this.connect("authority")).connection)).orThrow();
  }

  /** Closes and removes everything. */
  async [Symbol.asyncDispose](): Promise<void> {
    for (const messaging of this.#opened) await messaging.close();
    const server = { process: this.#process, storeDir: this.#storeDir };
    if (this.#hasCrashed) await removeServer(server);
    else await giveBackServer(server, this.#settings);
  }
}
