import { join } from "node:path";
import { isRecord } from "../../contracts/json/json.ts";
import type { SecuredServer } from "../../tests/support/secured_server.ts";
import { freePort } from "../../tests/support/server_process.ts";
import { linesOf } from "../measure/lines.ts";
import { trellisCommand } from "../project/trellis_command.ts";
import { OrdersCopy } from "../project/orders_copy.ts";
import { until } from "../../tests/support/until.ts";

/** The server of a control plane: where it listens, and where its keys are. */
export type ControlledServer = Pick<SecuredServer, "url" | "keysDir">;

/** Milliseconds that a control plane may take to be ready. */
const READY_MS = 600_000;

/** `trellis control` in a process of its own, on a server that is there, with the project of the orders. */
export class ControlProcess implements AsyncDisposable {
  /** Where its project is. */
  readonly root: string;
  /** When its process was started, by `performance.now()`. */
  readonly started: number;
  readonly #project: OrdersCopy;
  readonly #child: Deno.ChildProcess;
  readonly #url: string;
  readonly #health: string;
  #console = "";
  /** What it said last, once it has ended. */
  #ended: string | undefined;

  private constructor(
    project: OrdersCopy,
    child: Deno.ChildProcess,
    { url, health, started }: {
      readonly url: string;
      readonly health: string;
      readonly started: number;
    },
  ) {
    this.#url = url;
    this.root = project.root;
    this.#project = project;
    this.#child = child;
    this.#health = health;
    this.started = started;
    this.#read();
  }

  /** Starts its process; {@link ready} waits for it. */
  static async start({ url, keysDir }: ControlledServer): Promise<ControlProcess> {
    const project = await OrdersCopy.make();
    const keys = join(project.root, ".trellis", "keys");
    await Deno.mkdir(keys, { recursive: true, mode: 0o700 });
    for await (const { name } of Deno.readDir(keysDir)) {
      await Deno.copyFile(join(keysDir, name), join(keys, name));
    }
    const port = freePort();
    const started = performance.now();
    const words = ["control", "--nats", url, "--health-port", `${port}`];
    const child = trellisCommand(words, project.root).spawn();
    const health = `http://127.0.0.1:${port}`;
    return new ControlProcess(project, child, { url, health, started });
  }

  /** Its process number. */
  get pid(): number {
    return this.#child.pid;
  }

  /** Where its Console is. */
  get console(): string {
    return this.#console;
  }

  /** Resolves when it says that it is ready, with the milliseconds since its start. */
  async ready(): Promise<number> {
    const isReady = async () => {
      if (this.#ended !== undefined) throw new Error(`the control plane has ended: ${this.#ended}`);
      const answer = await fetch(`${this.#health}/readyz`).catch(() => undefined);
      await answer?.body?.cancel();
      return answer?.status === 200;
    };
    await until(isReady, "the control plane is ready", READY_MS);
    return performance.now() - this.started;
  }

  /** Runs another command of Trellis as its admin; answers the milliseconds, and what it printed. */
  async run(
    ...command: readonly string[]
  ): Promise<{ readonly ms: number; readonly text: string }> {
    const started = performance.now();
    const words = [...command, "--nats", this.#url];
    // Logins are kept in the project.
    const env = { XDG_CONFIG_HOME: this.root };
    const ran = await trellisCommand(words, this.root, { env, stderr: "piped" }).output();
    const text = new TextDecoder().decode(ran.stdout);
    if (!ran.success) {
      const why = new TextDecoder().decode(ran.stderr);
      throw new Error(`trellis ${command.join(" ")} failed: ${why.slice(-2000)}`);
    }
    return { ms: performance.now() - started, text };
  }

  /** Stops it. */
  async [Symbol.asyncDispose](): Promise<void> {
    try {
      this.#child.kill("SIGTERM");
    } catch {
      // It has ended by itself.
    }
    await this.#child.status;
    await this.#project[Symbol.asyncDispose]();
  }

  /** Read to the end: a full pipe would stop the process. */
  async #read(): Promise<void> {
    let last = "";
    for await (const line of linesOf(this.#child.stdout)) {
      last = line;
      const event: unknown = JSON.parse(line);
      if (isRecord(event) && event.event === "console") this.#console = String(event.url);
    }
    this.#ended = last;
  }
}
