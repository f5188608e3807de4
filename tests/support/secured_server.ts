import { join } from "node:path";
import type { ConnectionOptions, NatsConnection } from "@nats-io/transport-deno";
import { connect } from "@nats-io/transport-deno";
import { findServerBinary } from "../../cli/nats_server/binary/server_binary.ts";
import { openKeyFolder } from "../../cli/nats_server/security/key_folder.ts";
import { type KeyMaterial, serverKeysOf } from "../../cli/nats_server/security/key_material.ts";
import { ACCOUNT, embeddedServerConfig } from "../../cli/nats_server/security/server_config.ts";
import type { ServerProcess } from "../../cli/nats_server/server_process.ts";
import { startServer } from "../../cli/nats_server/start_server.ts";
import type { KeyPair } from "../../contracts/identity/key_pair.ts";
import type { TransportError } from "../../contracts/errors/transport_error.ts";
import type { Result } from "../../contracts/result.ts";
import "../../runtime/host/deno_host.ts";
import { type ConnectionSettings, openConnection } from "../../runtime/nats/connection.ts";
import { type Admission, AuthCallout } from "../../runtime/platform/nats/auth_callout.ts";
import type { ConnectRequest } from "../../runtime/platform/connect_request.ts";
import { makeStoreDir } from "./servers/launch_server.ts";

/** What a test may choose of its secured server. */
export interface SecuredServerSettings {
  /** The folder of the keys, so that several servers have the same; a new one unless given. */
  readonly keysDir?: string;
  /** Its name; made from its store unless given. */
  readonly name?: string;
  /** More configuration. */
  readonly configText?: string;
  /** Pages of these may connect. */
  readonly pageOrigins?: readonly string[];
  /** The largest message in bytes. */
  readonly maxPayload?: number;
  /** The address that it listens on; `127.0.0.1` unless given. */
  readonly host?: string;
  /** The folder in which the one of its keys and streams is made. */
  readonly storesDir?: string;
  /** This nats-server, instead of the one that Trellis would use. */
  readonly binary?: string;
}

/**
 * A real NATS server that lets in nobody whom the auth callout does not admit, with fresh keys. What is
 * opened through it is closed with it.
 *
 * ```ts ignore
 * await using server = await SecuredServer.start();
 * await server.answer(() => Promise.resolve({ name: "anybody" }));
 * const connection = (await server.open(KeyPair.generate("user"))).orThrow();
 * ```
 */
export class SecuredServer implements AsyncDisposable {
  readonly #dir: string;
  readonly #settings: SecuredServerSettings;
  readonly #opened: NatsConnection[] = [];
  #process: ServerProcess;
  /** The keys of the server and of those who serve it. */
  readonly keys: KeyMaterial;
  /** Where they are. */
  readonly keysDir: string;
  /** What the server has logged, and what an earlier one on the same files has. */
  readonly logFile: string;

  private constructor(
    process: ServerProcess,
    keys: KeyMaterial,
    dir: string,
    settings: SecuredServerSettings,
  ) {
    this.#process = process;
    this.#dir = dir;
    this.#settings = settings;
    this.keys = keys;
    this.keysDir = settings.keysDir ?? join(dir, "keys");
    this.logFile = logFileIn(dir);
  }

  /** Starts a server. */
  static async start(settings: SecuredServerSettings = {}): Promise<SecuredServer> {
    const dir = await makeStoreDir(settings.storesDir);
    const keys = (await openKeyFolder(settings.keysDir ?? join(dir, "keys"))).orThrow();
    return new SecuredServer(await launch(dir, 0, keys, settings), keys, dir, settings);
  }

  /** Where it listens; the same after {@link startAgain}. */
  get url(): string {
    return this.#process.url;
  }

  /** Where pages connect; undefined where they may not. */
  get webSocketUrl(): string | undefined {
    return this.#process.webSocketUrl;
  }

  /** Number of its process. */
  get pid(): number {
    return this.#process.pid;
  }

  /** Ends it as a crash would. */
  async kill(): Promise<void> {
    await this.#process.kill();
  }

  /** Ends it in good order, to be started again. */
  async stop(): Promise<void> {
    await this.#process.stop();
  }

  /** Starts it again on the same port and store. */
  async startAgain(): Promise<void> {
    this.#process = await launch(this.#dir, this.#process.port, this.keys, this.#settings);
  }

  /** A connection that may do everything with the data. */
  async platform(settings: Partial<ConnectionSettings> = {}): Promise<NatsConnection> {
    return (await this.open(this.keys.platform, { name: "platform", ...settings })).orThrow();
  }

  /** A connection for answering who may come in. */
  async callout(index: 0 | 1 = 0): Promise<NatsConnection> {
    return (await this.open(this.keys.callouts[index], { name: "callout" })).orThrow();
  }

  /** A connection to the system account. */
  async sys(): Promise<NatsConnection> {
    return (await this.open(this.keys.sys, { name: "sys" })).orThrow();
  }

  /** Answers who may come in, over a connection of its own; ends with the server unless disposed of before. */
  async answer(
    admit: (request: ConnectRequest) => Promise<Admission | undefined>,
    onError: (cause: unknown) => void = (cause) => {
      throw cause;
    },
  ): Promise<AuthCallout> {
    const { issuer, xkey, admin } = this.keys;
    const connection = await this.callout();
    const callout = new AuthCallout({
      connection,
      issuer,
      xkey,
      account: ACCOUNT.trellis,
      credsKeys: [admin.publicKey],
      admit,
      onError,
    });
    // The server must know of it before anybody connects.
    await connection.flush();
    return callout;
  }

  /** A connection with a key, as every client of Trellis opens it. */
  async open(
    key: KeyPair,
    settings: Partial<ConnectionSettings> = {},
  ): Promise<Result<NatsConnection, TransportError>> {
    const opened = await openConnection({ servers: this.url, name: "test", key, ...settings });
    if (opened.isOk()) this.#opened.push(opened.value);
    return opened;
  }

  /** A connection of the client library alone, without anything that our clients bring. */
  async plain(options: ConnectionOptions): Promise<NatsConnection> {
    const connection = await connect({ servers: this.url, reconnect: false, ...options });
    this.#opened.push(connection);
    return connection;
  }

  /** Closes everything and removes keys and data. */
  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#opened.map((connection) => connection.close()));
    await this.#process.stop();
    await Deno.remove(this.#dir, { recursive: true });
  }
}

function logFileIn(dir: string): string {
  return join(dir, "log", "nats.log");
}

let binary: Promise<string> | undefined;

async function launch(
  dir: string,
  port: number,
  keys: KeyMaterial,
  settings: SecuredServerSettings,
): Promise<ServerProcess> {
  const { name, host, configText = "", maxPayload, pageOrigins = [], binary: given } = settings;
  binary ??= findServerBinary().then((found) => found.orThrow().path);
  const secured = embeddedServerConfig(serverKeysOf(keys));
  const started = await startServer({
    binary: given ?? await binary,
    storeDir: join(dir, "nats"),
    port,
    name,
    host,
    logFile: logFileIn(dir),
    ...(maxPayload === undefined ? {} : { maxPayload }),
    configText: `${secured}\n${configText}`,
    pageOrigins: [...pageOrigins],
  });
  return started.orThrow();
}
