/** Servers that tests hand on to each other, because starting one takes longer than most tests. */
import { jetstreamManager } from "@nats-io/jetstream";
import { connect, type NatsConnection } from "@nats-io/transport-deno";
import type { ServerProcess } from "../../../cli/nats_server/server_process.ts";
import { launchServer, type LaunchSettings, makeStoreDir } from "./launch_server.ts";

/** A server, and where it keeps its streams. */
export interface TestServerProcess {
  readonly process: ServerProcess;
  readonly storeDir: string;
}

const LARGEST_POOL = 4;
/** How long the server may take to notice that the connections of a test are closed, in milliseconds. */
const NOTICE_MS = 1000;

const pool: TestServerProcess[] = [];

Deno.test.afterAll(removePooledServers);

/** Stops the servers that wait for another test. Tests do it at their end; other programs have to ask for it. */
export async function removePooledServers(): Promise<void> {
  await Promise.all(pool.splice(0).map(removeServer));
}

/** A server without streams and connections; a new one when it needs settings of its own. */
export async function takeServer(settings: LaunchSettings): Promise<TestServerProcess> {
  const left = isPlain(settings) ? pool.pop() : undefined;
  if (left !== undefined) return left;
  const storeDir = await makeStoreDir(settings.storesDir);
  return { process: await launchServer(storeDir, 0, settings), storeDir };
}

/**
 * Keeps a server for the next test, which finds nothing of this one: all streams are deleted. One that
 * has settings of its own, or to which somebody is still connected, is stopped.
 */
export async function giveBackServer(
  server: TestServerProcess,
  settings: LaunchSettings,
): Promise<void> {
  const isKept = isPlain(settings) && pool.length < LARGEST_POOL && await isEmptied(server);
  if (isKept) pool.push(server);
  else await removeServer(server);
}

/** Stops a server and removes its streams. */
export async function removeServer({ process, storeDir }: TestServerProcess): Promise<void> {
  await process.stop();
  await Deno.remove(storeDir, { recursive: true });
}

function isPlain(settings: LaunchSettings): boolean {
  return Object.values(settings).every((value) => value === undefined);
}

async function isEmptied({ process }: TestServerProcess): Promise<boolean> {
  let connection: NatsConnection | undefined;
  try {
    connection = await connect({ servers: process.url, reconnect: false, timeout: 2000 });
    if (!await isAlone(connection)) return false;
    const { streams } = await jetstreamManager(connection, { checkAPI: false });
    for await (const name of streams.names()) await streams.delete(name);
    return true;
  } catch {
    return false;
  } finally {
    await connection?.close();
  }
}

/** True when nobody else is connected, after a moment if need be. */
async function isAlone(connection: NatsConnection): Promise<boolean> {
  for (const end = performance.now() + NOTICE_MS;;) {
    const answer = await connection.request("$SYS.REQ.ACCOUNT.PING.CONNZ", "", { timeout: 1000 });
    const { data } = answer.json<{ data?: { num_connections?: number } }>();
    if (data?.num_connections === 1) return true;
    if (performance.now() > end) return false;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
