import { isRecord } from "../../../contracts/json/json.ts";
import { err, ok, type Result } from "../../../contracts/result.ts";

/** What a NATS server says of itself in the `INFO` line that it sends to every new connection. */
export interface ServerIdentity {
  /** As `2.14.0`. */
  readonly version: string;
  /** A public key that is new with every start of the server: equal ids mean the same process. */
  readonly serverId: string;
  /** The configured name; the id when none is configured. */
  readonly serverName: string;
  /** True when the server itself runs JetStream; says nothing about an account's right to it. */
  readonly jetstream: boolean;
  /** The largest message that the server takes, in bytes. */
  readonly maxPayload: number;
  /** True when a client must bring credentials. */
  readonly authRequired: boolean;
  /** True when a client must go on with TLS. */
  readonly tlsRequired: boolean;
  /** True when a client may ask for TLS. */
  readonly tlsAvailable: boolean;
}

/** Why a probe found no NATS server. */
export interface ProbeError {
  /**
   * - `refused`: nothing listens there
   * - `not_nats`: something listens that greets otherwise, or not at all
   * - `timeout`: the connection was not made in time
   * - `unreachable`: the name is unknown, or there is no way to the host
   */
  readonly kind: "refused" | "not_nats" | "timeout" | "unreachable";
  /** What was seen, for a person; never more than a few words of what the other side sent. */
  readonly message: string;
}

/** A genuine line takes about 500 bytes, and some more for every server of a cluster. */
const MAX_INFO_BYTES = 32 * 1024;

/**
 * Asks what listens at an address, by connecting and reading the first line. Sends nothing, so
 * that a foreign program there is not disturbed.
 *
 * A server that waits for a TLS handshake before its greeting looks like silence: `not_nats`.
 *
 * @param timeoutMs for everything together: name, connection and line
 * @param signal ends it early
 */
export async function probeServer(
  host: string,
  port: number,
  timeoutMs: number,
  signal?: AbortSignal,
): Promise<Result<ServerIdentity, ProbeError>> {
  const place = `${host.includes(":") ? `[${host}]` : host}:${port}`;
  const deadline = new AbortController();
  const end = () => deadline.abort();
  const stop = afterListening(timeoutMs, end);
  signal?.addEventListener("abort", end, { once: true });
  try {
    return await greet(host, port, place, deadline.signal, timeoutMs);
  } finally {
    signal?.removeEventListener("abort", end);
    stop();
  }
}

/** Of these steps one passes, however long this process did something else, as to load code. */
const STEPS = 10;

/** Calls back after a time in which this process could have heard an answer; returns what stops it. */
function afterListening(ms: number, callback: () => void): () => void {
  let steps = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const step = () => {
    if (steps++ === STEPS) callback();
    else timer = setTimeout(step, ms / STEPS);
  };
  step();
  return () => clearTimeout(timer);
}

async function greet(
  hostname: string,
  port: number,
  place: string,
  deadline: AbortSignal,
  timeoutMs: number,
): Promise<Result<ServerIdentity, ProbeError>> {
  let connection: Deno.TcpConn;
  try {
    connection = await Deno.connect({ hostname, port, signal: deadline });
  } catch (cause) {
    return err(connectProblem(cause, deadline.aborted, place, timeoutMs));
  }
  // A read has no deadline of its own; closing the connection is what ends it.
  const close = () => closeQuietly(connection);
  deadline.addEventListener("abort", close, { once: true });
  try {
    const line = await readLine(connection);
    const identity = line === undefined ? undefined : parseInfo(line);
    if (identity !== undefined) return ok(identity);
    return err(notNats(place, line === "" ? "closed the connection" : "greets otherwise"));
  } catch {
    const seen = deadline.aborted ? `sent no greeting in ${timeoutMs} ms` : "reset the connection";
    return err(notNats(place, seen));
  } finally {
    deadline.removeEventListener("abort", close);
    close();
  }
}

function closeQuietly(connection: Deno.TcpConn): void {
  try {
    connection.close();
  } catch (cause) {
    if (!(cause instanceof Deno.errors.BadResource)) throw cause; // already closed is what we want
  }
}

function notNats(place: string, seen: string): ProbeError {
  return { kind: "not_nats", message: `what listens on ${place} is no NATS server: it ${seen}` };
}

function connectProblem(
  cause: unknown,
  timedOut: boolean,
  place: string,
  timeoutMs: number,
): ProbeError {
  if (timedOut) {
    return { kind: "timeout", message: `${place} did not answer within ${timeoutMs} ms` };
  }
  if (cause instanceof Deno.errors.ConnectionRefused) {
    return { kind: "refused", message: `nothing listens on ${place}` };
  }
  // Without the permission the caller's set-up is wrong, and "unreachable" would hide it.
  if (cause instanceof Deno.errors.NotCapable) throw cause;
  const reason = cause instanceof Error ? cause.message : String(cause);
  return { kind: "unreachable", message: `${place} cannot be reached: ${reason}` };
}

/** The first line; empty when the other side closed at once, undefined when it is no greeting. */
async function readLine(connection: Deno.TcpConn): Promise<string | undefined> {
  const buffer = new Uint8Array(MAX_INFO_BYTES);
  let used = 0;
  while (used < MAX_INFO_BYTES) {
    const count = await connection.read(buffer.subarray(used));
    if (count === null) return used === 0 ? "" : undefined;
    const from = used;
    used += count;
    const end = buffer.subarray(from, used).indexOf(0x0a);
    if (end >= 0) return new TextDecoder().decode(buffer.subarray(0, from + end));
    // Whatever does not begin with INFO need not be read to its end.
    if (used >= 5 && !startsWithInfo(buffer)) return undefined;
  }
  return undefined;
}

function startsWithInfo(bytes: Uint8Array): boolean {
  return /^INFO[ \t]/i.test(new TextDecoder().decode(bytes.subarray(0, 5)));
}

function parseInfo(line: string): ServerIdentity | undefined {
  const match = /^INFO[ \t]+(\{.*\})\s*$/i.exec(line);
  if (match === null) return undefined;
  let info: unknown;
  try {
    info = JSON.parse(match[1] ?? "");
  } catch {
    return undefined;
  }
  if (!isRecord(info)) return undefined;
  const { server_id: serverId, server_name: serverName, version, max_payload: maxPayload } = info;
  if (typeof serverId !== "string" || typeof version !== "string") return undefined;
  return {
    version,
    serverId,
    serverName: typeof serverName === "string" ? serverName : serverId,
    jetstream: info.jetstream === true,
    maxPayload: typeof maxPayload === "number" ? maxPayload : 0,
    authRequired: info.auth_required === true,
    tlsRequired: info.tls_required === true,
    tlsAvailable: info.tls_available === true,
  };
}
