import { startTrellisCommand } from "../../e2e/support/trellis_command.ts";
import { TempProject } from "../../e2e/support/temp_project.ts";
import type { RunningProcess } from "../../e2e/support/running_process.ts";

/** A `trellis control` in a process of its own, for servers that are there already. */
export class ControlProcess implements AsyncDisposable {
  readonly #project: TempProject;
  readonly #url: string;
  #process: RunningProcess;
  #said = "";

  private constructor(project: TempProject, url: string) {
    this.#project = project;
    this.#url = url;
    this.#process = this.#run();
  }

  /** Starts it; it is ready when this resolves. @param keysDir the keys of servers that are secured */
  static async start(url: string, keysDir?: string): Promise<ControlProcess> {
    await using opened = new AsyncDisposableStack();
    const project = opened.use(await TempProject.create({}));
    if (keysDir !== undefined) {
      const own = project.path(".trellis/keys");
      await Deno.mkdir(own, { recursive: true, mode: 0o700 });
      await Deno.copyFile(`${keysDir}/keys.json`, `${own}/keys.json`);
    }
    const control = opened.use(new ControlProcess(project, url));
    await control.#process.until("ready in");
    opened.move();
    return control;
  }

  /** All that it has said, in each of its lives. */
  get said(): string {
    return this.#said + this.#process.stderr;
  }

  /** Ends it as a crash would. */
  async kill(): Promise<void> {
    this.#process.signal("SIGKILL");
    await this.#process.ended();
  }

  /** Starts it again; it is ready when this resolves. */
  async startAgain(): Promise<void> {
    this.#said = this.said;
    this.#process = this.#run();
    await this.#process.until("ready in");
  }

  /** Ends it, and removes its files. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
    await this.#project[Symbol.asyncDispose]();
  }

  #run(): RunningProcess {
    const words = ["control", "--no-console", "--wait", "1m", "--log-format", "text"];
    return startTrellisCommand([...words, "--nats", this.#url], { cwd: this.#project.dir });
  }
}
