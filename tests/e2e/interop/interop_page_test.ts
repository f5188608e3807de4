import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { assertEquals } from "@std/assert";
import { Client } from "@modelcontextprotocol/client";
import { StdioClientTransport } from "@modelcontextprotocol/client/stdio";
import { until } from "../../support/until.ts";
import { plainEnvironment } from "../support/running_process.ts";
import { RunningProject } from "../support/running_project.ts";
import { TempProject } from "../support/temp_project.ts";
import { ROOT } from "../support/trellis_command.ts";

const PAGE = await Deno.readTextFile(join(ROOT, "docs/interop.md"));

/** A block of the page: what it is, and its lines. */
interface Block {
  readonly kind: string;
  readonly text: string;
}

const BLOCKS: readonly Block[] = [...PAGE.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)]
  .map(([, kind = "", text = ""]) => ({ kind, text }));

/** The bank of the examples, as a project of its own. */
async function bank(): Promise<TempProject> {
  const project = await TempProject.create({});
  for (const folder of ["", "contracts", "handlers"]) {
    const from = join(ROOT, "examples/bank", folder);
    for await (const { name } of Deno.readDir(from)) {
      if (!name.endsWith(".ts")) continue;
      await project.write(join(folder, name), await Deno.readTextFile(join(from, name)));
    }
  }
  const config = JSON.parse(await project.read("deno.json"));
  config.imports.ulid = "npm:ulid@3.0.2";
  await project.write("deno.json", JSON.stringify(config));
  return project;
}

/** Writes a program called `nats` that does what NATS' own does. */
async function writeNats(project: TempProject): Promise<void> {
  const program = fileURLToPath(new URL("support/nats_words.ts", import.meta.url));
  await project.write("bin/nats", `#!/bin/sh\nexec deno run -A --no-check ${program} "$@"\n`);
  await Deno.chmod(project.path("bin/nats"), 0o755);
}

Deno.test({
  name: "all that the page about others shows is what happens, on a secured server",
  // The page is written for a shell.
  ignore: Deno.build.os === "windows",
  async fn() {
    const project = await bank();
    await writeNats(project);
    await using running = await RunningProject.start(project, { words: ["start"] });
    const { url } = await running.server();
    const known = new Map<string, string>();
    const shell = async (line: string) => {
      const command = line.replaceAll(/<([\w-]+)>/g, (_, name: string) => known.get(name) ?? name);
      const { code, stdout, stderr } = await new Deno.Command("sh", {
        args: ["-c", command],
        cwd: project.dir,
        clearEnv: true,
        env: {
          ...plainEnvironment(),
          NO_COLOR: "1",
          // Commands of Trellis find the server by the project, whose keys they take with it.
          ...(line.includes("deno task") ? {} : { NATS_URL: url }),
          PATH: [project.path("bin"), Deno.env.get("PATH")].join(delimiter),
        },
      }).output();
      const read = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
      return { code, said: read(stdout), talk: read(stderr) };
    };

    for (const [at, { kind, text }] of BLOCKS.entries()) {
      if (kind !== "sh") continue;
      let said = "";
      for (const line of text.trim().split("\n")) {
        const waits = line.endsWith("--contract teller@v1");
        const done = await shell(line);
        // An agent whose contract nobody has accepted yet.
        assertEquals(done.code, waits ? 3 : 0, `${line}\n${done.talk}`);
        said += done.said;
        if (!waits) continue;
        const plans = "deno task -q trellis svc teller authority plan list --state pending --json";
        const [plan] = JSON.parse((await shell(plans)).said);
        known.set("plan-id", plan.id);
      }
      const after = BLOCKS[at + 1];
      if (after?.kind === "text") assertEquals(said, after.text);
      if (text.includes("helper.json")) {
        known.set("session", JSON.parse(await project.read("helper.json")).session);
      }
      // The program stands behind what has made the account.
      if (!text.includes("Account.Open")) continue;
      const program = join(ROOT, "examples/plain/call.ts");
      const done = await shell(`deno run -A --no-check ${program}`);
      assertEquals([done.said, done.code], ["events.v1.Movement.Made.ada 5\n", 0], done.talk);
      const balance = `deno task -q trellis call Balance.Get '{"accountId":"ada"}' --json`;
      await until(
        async () => JSON.parse((await shell(balance)).said).movements === 1,
        "the projection has it",
      );
    }

    const json = BLOCKS.find(({ kind }) => kind === "json")?.text ?? "";
    const { command, args } = JSON.parse(json).mcpServers.teller;
    const client = new Client({ name: "test", version: "1" });
    await client.connect(
      new StdioClientTransport({
        command,
        args: args.map((arg: string) => arg === "/home/ada/bank" ? project.dir : arg),
        env: { ...plainEnvironment() },
        stderr: "ignore",
      }),
    );
    const { tools } = await client.listTools();
    assertEquals(tools.map(({ name }) => name), ["Account_Open", "Movement_Make", "Balance_Get"]);
    const given = { name: "Balance_Get", arguments: { accountId: "ada" } };
    assertEquals((await client.callTool(given)).structuredContent, { sum: 5, movements: 1 });
    await client.close();
  },
});
