import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { TrellisClient } from "../../../mod.ts";
import { shared } from "../../support/shared.ts";
import { until } from "../../support/until.ts";
import { RunningProcess } from "../support/running_process.ts";
import { trellis, trellisArguments } from "../support/trellis_command.ts";
import clerk from "./support/clerk.ts";
import { CLERK, ParcelDesk } from "./support/parcel_desk.ts";

const desk = shared(() => ParcelDesk.start());

const ALWAYS = ["Parcels_Find", "Parcels_List", "Parcels_Pack"];

/** The text and the data of a failure, as a model and a program read them. */
function failure(answer: { isError?: boolean; content: readonly object[] }) {
  const [said, data] = answer.content.map((block) => Reflect.get(block, "text"));
  return { isError: answer.isError === true, said, ...JSON.parse(data ?? "{}") };
}

Deno.test("an agent's RPCs are tools, its rights decide which, and it is over when it is revoked", async () => {
  const { agent, grant, host, platform } = bound(await desk());
  const changes: number[] = [];
  let talk = "";
  const client = await host(await agent("helper"), {
    listChanged: { tools: { autoRefresh: false, onChanged: () => void changes.push(1) } },
  }, (text) => talk += text);
  assertEquals(client.getServerVersion()?.name, "clerk@v1");
  const names = async () => (await client.listTools()).tools.map(({ name }) => name);
  const { tools } = await client.listTools();
  assertEquals(tools.map(({ name }) => name), ALWAYS);
  const [find] = tools;
  assertEquals(find?.inputSchema, {
    type: "object",
    additionalProperties: false,
    required: ["id"],
    properties: { id: { type: "string", minLength: 1 } },
  });
  assertStringIncludes(find?.description ?? "", "Finds a parcel.\n\nIds are those on the label.");
  assertStringIncludes(find?.description ?? "", "Errors: NoParcelError.");

  const call = (name: string, given: Record<string, unknown>) =>
    client.callTool({ name, arguments: given });
  const found = await call("Parcels_Find", { id: "p-1" });
  assertEquals(found.structuredContent, { id: "p-1" });
  assertEquals(found.content, [{ type: "text", text: '{\n  "id": "p-1"\n}' }]);
  const listed = await call("Parcels_List", { input: ["a", "b"] });
  assertEquals(listed.structuredContent, { output: ["a", "b"] });

  const declared = failure(await call("Parcels_Find", { id: "lost" }));
  assertEquals([declared.isError, declared.code, declared.data.id], [
    true,
    "NoParcelError",
    "lost",
  ]);
  const invalid = failure(await call("Parcels_Find", { id: "" }));
  assertEquals([invalid.code, invalid.issues[0].path], ["ValidationError", "/id"]);
  const refused = failure(await call("Parcels_Return", { id: "p-1" }));
  assertEquals(refused.code, "trellis.permission.capability");
  assertStringIncludes(refused.hint, "grants add agent:helper parcels::parcels.return");
  const unknown = await call("Parcels_Burn", {}).catch(String);
  assertStringIncludes(String(unknown), "Unknown tool: Parcels_Burn");

  await grant("add", "helper", "parcels.return");
  await until(() => changes.length > 0, "the host hears of the new tool");
  assertEquals(await names(), [...ALWAYS.slice(0, 2), "Parcels_Return", ALWAYS[2]]);
  assertEquals((await call("Parcels_Return", { id: "p-1" })).structuredContent, { id: "p-1" });
  await grant("remove", "helper", "parcels.return");
  await until(async () => (await names()).length === ALWAYS.length, "the tool is gone");

  await platform.server.kill();
  await platform.server.startAgain();
  await until(
    async () => (await call("Parcels_Find", { id: "p-2" })).isError !== true,
    "it goes on after a restart of the server",
  );

  const closed = new Promise<void>((resolve) => client.onclose = resolve);
  (await platform.platform.revoke({ principal: { kind: "agent", id: "helper" } }, "root"))
    .orThrow();
  await closed;
  assertStringIncludes(talk, "revoked");
});

Deno.test("an operation tells how far it is, answers at its end, and is cancelled with its call, in the protocol of 2026 too", async () => {
  const { agent, host, platform } = bound(await desk());
  const seedFile = await agent("packer");
  const client = await host(seedFile, { versionNegotiation: { mode: { pin: "2026-07-28" } } });
  assertEquals((await client.listTools()).tools.map(({ name }) => name), ALWAYS);
  const told: string[] = [];
  const pack = (id: string, signal?: AbortSignal) =>
    client.callTool({ name: "Parcels_Pack", arguments: { id } }, {
      onprogress: ({ progress, message }) => void told.push(`${progress} ${message}`),
      ...(signal === undefined ? {} : { signal }),
    });
  assertEquals((await pack("quick")).structuredContent, { done: 2, total: 2 });
  assertEquals(failure(await pack("lost")).code, "NoParcelError");

  told.length = 0;
  const leaving = new AbortController();
  const waiting = pack("p-1", leaving.signal).catch(String);
  await until(() => told.some((line) => line.includes("go")), "it waits for its signal");
  assert(told.every((line, at) => line.startsWith(`${at + 1} Parcels.Pack `)), told.join("\n"));
  const id = / (\S{20,}) /.exec(told.at(-1) ?? "")?.[1] ?? "";
  leaving.abort();
  await waiting;
  await using own = await TrellisClient.connect({
    contract: clerk,
    trellisUrl: platform.url,
    sessionKeySeed: await Deno.readTextFile(seedFile),
  }).orThrow();
  const stateOf = async (id: string) =>
    (await own.operation.parcels.pack.resume(id).get().orThrow()).state;
  await until(async () => await stateOf(id) === "cancelled", "it was cancelled");

  // A host that leaves has cancelled nothing.
  told.length = 0;
  pack("p-2").catch(() => {});
  await until(() => told.some((line) => line.includes("go")), "it waits for its signal");
  const other = / (\S{20,}) /.exec(told.at(-1) ?? "")?.[1] ?? "";
  await client.close();
  assertEquals(["running", "waiting"].includes(await stateOf(other)), true);
});

Deno.test("standard output holds the protocol alone, and the end of standard input is the end", async () => {
  const { agent, words } = bound(await desk());
  const seedFile = await agent("quiet");
  const params = {
    protocolVersion: "2025-06-18",
    capabilities: {},
    clientInfo: { name: "a", version: "1" },
  };
  const lines = [
    { jsonrpc: "2.0", id: 1, method: "initialize", params },
    "not the protocol",
  ].map((line) => `${JSON.stringify(line)}\n`).join("");
  await using process = new RunningProcess(trellisArguments(words(seedFile)), { stdin: lines });
  assertEquals(await process.ended(), 0, process.stderr);
  const said = process.stdout.trim().split("\n").map((line) => JSON.parse(line));
  assertEquals(said.map(({ jsonrpc }) => jsonrpc), said.map(() => "2.0"));
  assertStringIncludes(process.stderr, "clerk@v1: Parcels_Find");
  assertStringIncludes(process.stderr, "not Parcels.Return, which takes parcels::parcels.return");
});

Deno.test("what is wrong is said on standard error, with what to do", async () => {
  const { platform: { url } } = await desk();
  const cases = [
    [["mcp", CLERK, "--nats", url], "agents add '<name>' --contract clerk@v1"],
    [["mcp", CLERK, "--nats", url, "--seed-file", CLERK], "holds no seed"],
    [["mcp", "nothing@v1", "--nats", url], "no contract nothing@v1"],
    [["mcp", CLERK.replace("clerk", "parcels"), "--nats", url], "no agent runs"],
  ] as const;
  for (const [words, said] of cases) {
    const answer = await trellis(words);
    assertEquals([answer.code === 0, answer.stdout], [false, ""]);
    assertStringIncludes(answer.stderr, said);
  }
});

/** Its methods, to be taken apart. */
function bound(desk: ParcelDesk) {
  return {
    platform: desk.platform,
    agent: desk.agent.bind(desk),
    host: desk.host.bind(desk),
    grant: desk.grant.bind(desk),
    words: desk.words.bind(desk),
  };
}
