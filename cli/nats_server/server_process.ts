import { endServer, type LaunchedServer, type ServerExit } from "./launch.ts";
import type { ServerIdentity } from "./probe/probe_server.ts";
import type { ReadyServer } from "./server_ready.ts";

/** How long a server may take to shut down in order, in milliseconds. */
const STOP_DEADLINE_MS = 1000;

/** A NATS server that this process has started, and that it must stop. */
export class ServerProcess implements AsyncDisposable {
  /** What clients connect to, as `nats://127.0.0.1:4222`. */
  readonly url: string;
  /** Where pages connect, as `ws://127.0.0.1:4223`; undefined where they may not. */
  readonly webSocketUrl: string | undefined;
  /** The address to connect to. */
  readonly host: string;
  /** The port that it listens on. */
  readonly port: number;
  /** As `2.14.0`. */
  readonly version: string;
  /** What it says of itself. */
  readonly identity: ServerIdentity;
  /** The number of its process. */
  readonly pid: number;
  /** Settled when the server has ended, for any reason, and its data directory is free again. */
  readonly exited: Promise<ServerExit>;
  readonly #launched: LaunchedServer;
  #stopping: Promise<void> | undefined;

  /**
   * Made by `startServer`.
   *
   * @param host the address to connect to
   */
  constructor(launched: LaunchedServer, host: string, ready: ReadyServer) {
    this.host = host;
    this.port = ready.port;
    this.url = serverUrl("nats", host, ready.port);
    const { webSocketPort } = ready;
    this.webSocketUrl = webSocketPort === undefined
      ? undefined
      : serverUrl("ws", host, webSocketPort);
    this.version = ready.identity.version;
    this.identity = ready.identity;
    this.pid = launched.child.pid;
    this.exited = launched.exited;
    this.#launched = launched;
  }

  /** The last lines that it wrote to standard error; with a log file, only what it could not log. */
  recentLog(): readonly string[] {
    return this.#launched.tail.lines();
  }

  /**
   * Has no other process join it from now on, because it is about to be stopped: one that is started meanwhile
   * waits until it has ended. Never rejects.
   */
  async withdraw(): Promise<void> {
    await this.#launched.withdraw().catch(() => {
      // The data directory cannot be written. Whoever joins it fails, and is started again.
    });
  }

  /** Stops it in order, within about a second; a second call waits for the first. */
  stop(): Promise<void> {
    return this.#stopping ??= this.withdraw().then(() =>
      endServer(this.#launched, STOP_DEADLINE_MS)
    );
  }

  /** Ends it at once, as a crash would. For tests. */
  async kill(): Promise<void> {
    await endServer(this.#launched, 0);
  }

  /** The same as {@link stop}. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }
}

/** The URL that clients connect to. */
export function serverUrl(scheme: "nats" | "ws", host: string, port: number): string {
  return `${scheme}://${host.includes(":") ? `[${host}]` : host}:${port}`;
}
