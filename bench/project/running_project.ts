import { join } from "node:path";
import { readKeyFolder } from "../../cli/nats_server/security/key_folder.ts";
import type { KeyMaterial } from "../../cli/nats_server/security/key_material.ts";
import { isRecord } from "../../contracts/json/json.ts";
import { linesOf } from "../measure/lines.ts";
import { trellisCommand } from "./trellis_command.ts";

/** `trellis dev` or `trellis start` in a process of its own, as a user runs it. */
export class RunningProject implements AsyncDisposable {
  /** Address of the NATS server that it started. */
  readonly servers: string;
  /** Where its Console is. */
  readonly console: string;
  /** Keys that let in to that server. */
  readonly keys: KeyMaterial;
  /** When its process was started, by `performance.now()`. */
  readonly started: number;
  readonly #child: Deno.ChildProcess;

  private constructor(
    child: Deno.ChildProcess,
    servers: string,
    console: string,
    keys: KeyMaterial,
    started: number,
  ) {
    this.#child = child;
    this.servers = servers;
    this.console = console;
    this.keys = keys;
    this.started = started;
  }

  /** Its process number. */
  get pid(): number {
    return this.#child.pid;
  }

  /** Starts it; resolves when it says that its services run. */
  static async start(command: "dev" | "start", root: string): Promise<RunningProject> {
    using _port = occupyDefaultPort();
    const started = performance.now();
    const child = trellisCommand([command], root).spawn();
    const running = Promise.withResolvers<{ servers: string; console: string }>();
    // Read to the end: a full pipe would stop the process.
    (async () => {
      let [servers, console] = ["", ""];
      for await (const line of linesOf(child.stdout)) {
        const event: unknown = JSON.parse(line);
        if (isRecord(event) && event.event === "server") servers = String(event.url);
        if (isRecord(event) && event.event === "console") console = String(event.url);
        if (isRecord(event) && event.event === "ready") running.resolve({ servers, console });
      }
      running.reject(new Error(`trellis ${command} ended before it was ready`));
    })().catch(running.reject);
    try {
      const { servers, console } = await running.promise;
      const keys = (await readKeyFolder(join(root, ".trellis", "keys"))).orThrow();
      if (keys === undefined) throw new Error("there are no keys");
      return new RunningProject(child, servers, console, keys, started);
    } catch (cause) {
      await child.status;
      throw cause;
    }
  }

  /** Stops it. */
  async [Symbol.asyncDispose](): Promise<void> {
    try {
      this.#child.kill("SIGTERM");
    } catch {
      // It has ended by itself.
    }
    await this.#child.status;
  }
}

/**
 * Keeps the usual port busy with something that is not NATS, so that the project starts a server of its own
 * on a free port, which nobody else finds and uses. If somebody has the port, that does as well.
 */
function occupyDefaultPort(): Disposable {
  try {
    const listener = Deno.listen({ hostname: "127.0.0.1", port: 4222 });
    (async () => {
      for await (const connection of listener) connection.close();
    })();
    return listener;
  } catch {
    return { [Symbol.dispose]() {} };
  }
}
