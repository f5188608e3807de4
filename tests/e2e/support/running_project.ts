import { join } from "node:path";
import { readDataDirRecord } from "../../../cli/nats_server/data_dir/data_dir_record.ts";
import { readKeyFolder } from "../../../cli/nats_server/security/key_folder.ts";
import type { KeyPair } from "../../../contracts/identity/key_pair.ts";
import "../../../runtime/host/deno_host.ts";
import { connectMessaging, type NatsMessaging } from "../../../runtime/rpc/nats/nats_messaging.ts";
import { type ProcessOptions, RunningProcess } from "./running_process.ts";
import { TempProject } from "./temp_project.ts";
import { type Answer, startTrellisCommand, trellis } from "./trellis_command.ts";

/** How {@link RunningProject.start} runs a project. */
export interface RunOptions extends ProcessOptions {
  /** `["dev"]` unless given. */
  readonly words?: readonly string[];
  /** Runs it by the project's task of that name, with the permissions that this gives. */
  readonly asTask?: boolean;
}

/** A project that `trellis dev` runs, with a NATS server of its own on a free port. */
export class RunningProject implements AsyncDisposable {
  /** Its files. */
  readonly project: TempProject;
  /** `trellis dev`. */
  readonly dev: RunningProcess;

  private constructor(project: TempProject, dev: RunningProcess) {
    this.project = project;
    this.dev = dev;
  }

  /** Runs the project that `init` makes. */
  static async shop(options: RunOptions = {}): Promise<RunningProject> {
    return await RunningProject.start(await TempProject.shop(), options);
  }

  /** Runs a project, which is removed with it. */
  static async start(project: TempProject, options: RunOptions = {}): Promise<RunningProject> {
    const { words = ["dev"], asTask = false, ...others } = options;
    const process = { cwd: project.dir, ...others };
    const dev = asTask
      ? new RunningProcess(["task", "-q", ...words], process)
      : startTrellisCommand(words, process);
    const running = new RunningProject(project, dev);
    try {
      await dev.until("ready in");
      return running;
    } catch (error) {
      await running[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** Runs another `trellis` in the project, as from a second terminal. */
  trellis(words: readonly string[], options: ProcessOptions = {}): Promise<Answer> {
    return trellis(words, { cwd: this.project.dir, ...options });
  }

  /** Runs another `trellis --json` that has to succeed, and answers what it says. */
  async json<T>(words: readonly string[]): Promise<T> {
    const { code, stdout, stderr } = await this.trellis([...words, "--json"]);
    if (code !== 0) throw new Error(`${words.join(" ")} ended with ${code}: ${stderr}`);
    // The test knows what it asked for.
    return JSON.parse(stdout) as T;
  }

  /** The server that `dev` started. */
  async server(): Promise<{ readonly pid: number; readonly url: string }> {
    const record = await readDataDirRecord(join(this.project.dir, ".trellis", "nats", "run"));
    if (record?.url === undefined) throw new Error("no server is recorded");
    return { pid: record.pid, url: record.url };
  }

  /** A key that lets its holder do everything, as whoever can read the project's files has it. */
  async platformKey(): Promise<KeyPair> {
    const keys = (await readKeyFolder(join(this.project.dir, ".trellis", "keys"))).orThrow();
    if (keys === undefined) throw new Error("there are no keys");
    return keys.platform;
  }

  /** A connection that may do everything, to the server that `dev` started. */
  async connect(): Promise<NatsMessaging> {
    const [{ url }, key] = await Promise.all([this.server(), this.platformKey()]);
    return (await connectMessaging({ servers: url, name: "test", key })).orThrow();
  }

  /** Stops it and removes its files. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.dev[Symbol.asyncDispose]();
    await this.project[Symbol.asyncDispose]();
  }
}
