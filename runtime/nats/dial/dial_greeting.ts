import {
  AuthorizationError,
  ConnectionError,
  type ConnectionOptions,
  type NatsConnection,
  TimeoutError,
  UserAuthenticationExpiredError,
} from "@nats-io/nats-core";
import { connect as connectTcp } from "node:net";

/** NATS' own port, which a client uses when none is named. */
const DEFAULT_PORT = 4222;
/** Milliseconds in which others may greet as well, so that the nearest does not get all clients. */
const OTHERS_MS = 50;

/**
 * Connects to one of several addresses at which a server says who it is: all are asked at once, and have one deadline
 * together. The library asks one after the other, and waits at each. Where those that were first take nobody, as one that
 * is full, the others are asked. Those that say nothing stay known, for when the connection is lost. Throws what the
 * library throws.
 *
 * @param connect to a server of the options
 */
export async function dialGreeting(
  options: ConnectionOptions,
  connect: (options: ConnectionOptions) => Promise<NatsConnection>,
): Promise<NatsConnection> {
  const servers = [options.servers ?? []].flat();
  // A server that waits for a handshake does not greet.
  if (servers.length < 2 || options.tls?.handshakeFirst) return await connect(options);
  let failure: unknown;
  for (let left = servers; left.length > 0;) {
    const greeted = await thoseWhoGreet(left, options.timeout ?? 0).catch((cause) => {
      throw failure ?? cause;
    });
    try {
      const connection = await connect({ ...options, servers: [...greeted] });
      const others = servers.filter((server) => !greeted.has(server));
      if (others.length > 0) {
        connection.setServers([...connection.getServers().map(({ listen }) => listen), ...others]);
      }
      return connection;
    } catch (cause) {
      // Whom one of them does not know the others do not know either.
      const isRefused = cause instanceof AuthorizationError ||
        cause instanceof UserAuthenticationExpiredError;
      if (isRefused) throw cause;
      failure ??= cause;
      left = left.filter((server) => !greeted.has(server));
    }
  }
  throw failure;
}

async function thoseWhoGreet(
  servers: readonly string[],
  timeoutMs: number,
): Promise<ReadonlySet<string>> {
  const greeted = new Set<string>();
  const failures: unknown[] = [];
  const over = new AbortController();
  const { promise, resolve } = Promise.withResolvers<void>();
  const timers = [setTimeout(resolve, timeoutMs)];
  const asked = servers.map(async (server) => {
    try {
      await greeting(server, over.signal);
      if (greeted.size === 0) timers.push(setTimeout(resolve, OTHERS_MS));
      greeted.add(server);
    } catch (cause) {
      failures.push(cause);
    }
    if (greeted.size + failures.length === servers.length) resolve();
  });
  await promise;
  for (const timer of timers) clearTimeout(timer);
  const isSilent = greeted.size + failures.length < servers.length;
  const found = new Set(greeted);
  over.abort();
  await Promise.all(asked);
  if (found.size > 0) return found;
  if (isSilent) throw new TimeoutError();
  throw new ConnectionError(failures.map(String).join("; "));
}

/** Waits for the first bytes of a server. Rejects where there are none. */
function greeting(server: string, signal: AbortSignal): Promise<void> {
  const { hostname, port } = new URL(server.includes("://") ? server : `nats://${server}`);
  const host = hostname.replace(/^\[(.*)\]$/, "$1");
  const socket = connectTcp({ host, port: port === "" ? DEFAULT_PORT : Number(port) });
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const stop = () => reject(new Error("nobody waits any more"));
  signal.addEventListener("abort", stop, { once: true });
  socket.once("data", () => resolve());
  socket.once("error", reject);
  socket.once("close", () => reject(new Error(`${host}:${port} closed the connection`)));
  return promise.finally(() => {
    signal.removeEventListener("abort", stop);
    socket.destroy();
  });
}
