import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Client, type ClientOptions } from "@modelcontextprotocol/client";
import { StdioClientTransport } from "@modelcontextprotocol/client/stdio";
import { err, ok } from "../../../../mod.ts";
import { provision } from "../../../support/deployed.ts";
import { SecuredTrellis } from "../../../support/platform/secured_trellis.ts";
import { plainEnvironment } from "../../support/running_process.ts";
import { trellis, trellisArguments } from "../../support/trellis_command.ts";
import clerk from "./clerk.ts";
import { NoParcelError, parcels } from "./parcels.ts";

/** The file of the agent's contract. */
export const CLERK = fileURLToPath(new URL("clerk.ts", import.meta.url));

/** Parcels that are served on a secured server, and agents that come to call. */
export class ParcelDesk implements AsyncDisposable {
  readonly platform: SecuredTrellis;
  readonly #dir: string;

  private constructor(platform: SecuredTrellis, dir: string) {
    this.platform = platform;
    this.#dir = dir;
  }

  /** Starts all of it. */
  static async start(): Promise<ParcelDesk> {
    await using opened = new AsyncDisposableStack();
    const platform = opened.use(await SecuredTrellis.start());
    const service = await platform.deploy(parcels);
    const { handle } = service;
    handle.rpc.parcels.find(({ input }) =>
      input.id === "lost" ? err(new NoParcelError(input)) : ok(input)
    );
    handle.rpc.parcels.list(({ input }) => ok(input));
    handle.rpc.parcels.return(({ input }) => ok(input));
    handle.operation.parcels.pack(async ({ input, op }) => {
      op.progress({ done: 1, total: 2 });
      if (input.id === "lost") return err(new NoParcelError(input));
      if (input.id !== "quick") await op.signal("go").orThrow();
      return ok({ done: 2, total: 2 });
    });
    await service.serving();
    await provision(platform.authority, clerk);
    opened.move();
    return new ParcelDesk(platform, await Deno.makeTempDir({ prefix: "trellis-test-" }));
  }

  /** Lets an agent in, and answers the file with the seed of its key. */
  async agent(name: string): Promise<string> {
    const out = join(this.#dir, `${name}.seed`);
    const words = ["agents", "add", name, "--contract", clerk.id, "--out", out];
    const { url, server: { keysDir } } = this.platform;
    const { code, stderr } = await trellis([...words, "--nats", url, "--keys", keysDir]);
    if (code !== 0) throw new Error(stderr);
    return out;
  }

  /** The words behind `trellis` that serve the tools of an agent. */
  words(seedFile: string): readonly string[] {
    return ["mcp", CLERK, "--nats", this.platform.url, "--seed-file", seedFile];
  }

  /** A host that has started the server of an agent, and is told what that says beside the protocol. */
  async host(
    seedFile: string,
    options: ClientOptions = {},
    onTalk: (text: string) => void = () => {},
  ): Promise<Client> {
    const transport = new StdioClientTransport({
      command: Deno.execPath(),
      args: [...trellisArguments(this.words(seedFile))],
      env: { ...plainEnvironment() },
      stderr: "pipe",
    });
    transport.stderr?.on("data", (bytes) => onTalk(String(bytes)));
    const client = new Client({ name: "test", version: "1" }, options);
    await client.connect(transport);
    return client;
  }

  /** Gives an agent a capability, or takes it away. */
  async grant(action: "add" | "remove", agent: string, capability: string): Promise<void> {
    const { access } = this.platform.platform;
    const holder = { kind: "agent", id: agent } as const;
    (await access.change({ action, holder, names: [capability], by: "root" })).orThrow();
  }

  /** Stops everything. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.platform[Symbol.asyncDispose]();
    await Deno.remove(this.#dir, { recursive: true });
  }
}
