import { join } from "node:path";
import { isRecord } from "../../contracts/json/json.ts";
import { isErr } from "../../contracts/result.ts";
import { probeServer, type ServerIdentity } from "./probe/probe_server.ts";

/** A server that takes clients. */
export interface ReadyServer {
  /** The port that it listens on. */
  readonly port: number;
  /** The port for WebSocket; missing where nothing listens for it. */
  readonly webSocketPort?: number;
  /** What it says of itself. */
  readonly identity: ServerIdentity;
}

/**
 * Waits until the server has written its ports file and greets a connection; undefined when `over` says
 * that waiting is pointless. The server opens its port only after JetStream has recovered,
 * so a greeting means that JetStream is ready as well.
 *
 * @param host the address to connect to
 */
export async function waitUntilReady(
  portsDir: string,
  host: string,
  over: () => boolean,
): Promise<ReadyServer | undefined> {
  // The file comes after about 6 ms; a store that takes seconds to recover is not worth more looks.
  for (let pauseMs = 1; !over(); pauseMs = Math.min(20, pauseMs * 1.1)) {
    const ports = await readPorts(portsDir);
    if (ports !== undefined) {
      const identity = (await probeServer(host, ports.port, 1000)).take();
      if (!isErr(identity)) return { ...ports, identity };
    }
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
  return undefined;
}

/** The ports in the server's own `<program>_<pid>.ports`; undefined until that is complete. */
async function readPorts(portsDir: string): Promise<Omit<ReadyServer, "identity"> | undefined> {
  try {
    for await (const { name } of Deno.readDir(portsDir)) {
      if (!name.endsWith(".ports")) continue;
      const ports: unknown = JSON.parse(await Deno.readTextFile(join(portsDir, name)));
      if (!isRecord(ports)) continue;
      const port = firstPort(ports.nats);
      const webSocketPort = firstPort(ports.websocket);
      if (port !== undefined) return { port, ...(webSocketPort && { webSocketPort }) };
    }
  } catch (cause) {
    // Half written, or removed because the server has ended: the next read decides.
    if (!(cause instanceof SyntaxError || cause instanceof Deno.errors.NotFound)) throw cause;
  }
  return undefined;
}

function firstPort(urls: unknown): number | undefined {
  const url: unknown = Array.isArray(urls) ? urls[0] : undefined;
  return typeof url === "string" && URL.canParse(url) ? Number(new URL(url).port) : undefined;
}
