import { ServerError } from "./probe/server_error.ts";
import type { StartServerOptions } from "./start_server_options.ts";

/** How many log lines an error repeats. */
const SHOWN_LINES = 10;

/** The server ended before it was ready: because of its port, or for a reason that stands in its log. */
export function endedEarly(options: StartServerOptions, log: readonly string[]): ServerError {
  const { host = "127.0.0.1", port = 0, storeDir, binary } = options;
  if (port !== 0 && !isPortFree(host, port)) {
    const hint = `Stop what listens there, or let the system choose a port (port 0).`;
    return new ServerError("port_taken", `port ${port} on ${host} is taken`, { hint, log });
  }
  const message = `${binary} ended before it was ready (data directory ${storeDir})` + shown(log);
  const hint = "The log lines above say why; most often it is the configuration or the disk.";
  return new ServerError("exited_early", message, { hint, log });
}

/** The server was given its time and did not become ready. */
export function tooSlow(
  { binary, storeDir }: StartServerOptions,
  readyTimeoutMs: number,
  log: readonly string[],
): ServerError {
  const message = `${binary} was not ready within ${readyTimeoutMs} ms, and was stopped ` +
    `(data directory ${storeDir})${shown(log)}`;
  const hint = "A large store takes long to recover: allow more time, or look at the server's log.";
  return new ServerError("start_timeout", message, { hint, log });
}

/** The caller ended the start. */
export function aborted(storeDir: string): ServerError {
  const message = `the start of a NATS server in ${storeDir} was ended by its caller`;
  return new ServerError("aborted", message, { hint: "Start it again when it is wanted." });
}

function shown(log: readonly string[]): string {
  const lines = log.map((line) => line.trimEnd()).filter((line) => line !== "");
  return lines.slice(-SHOWN_LINES).map((line) => `\n  ${line}`).join("");
}

/** Asks the system and not the log, whose wording may change. */
function isPortFree(hostname: string, port: number): boolean {
  try {
    Deno.listen({ hostname, port }).close();
    return true;
  } catch (cause) {
    return !(cause instanceof Deno.errors.AddrInUse);
  }
}
