/** A secured platform behind a leaf node, whose clients are let in by the Trellis process at the hub. */
import { Type } from "@sinclair/typebox";
import { assert, assertEquals } from "@std/assert";
import { domainNameOf, withDomain } from "../../runtime/nats/link/js_domain.ts";
import {
  defineAppContract,
  defineHandlers,
  defineServiceContract,
  FileGrantSchema,
  kvFeed,
  ok,
  TrellisClient,
} from "../../mod.ts";
import { provision } from "../support/deployed.ts";
import { freePorts } from "../support/nats_cluster.ts";
import { SecuredTrellis } from "../support/platform/secured_trellis.ts";
import { SecuredServer } from "../support/secured_server.ts";
import { temporaryDir } from "../support/server_process.ts";
import { trellis } from "../e2e/support/trellis_command.ts";
import { until } from "../support/until.ts";

const Paper = Type.Object({ name: Type.String() });
const PaperChange = Type.Object({ name: Type.String(), paper: Type.Optional(Paper) });
const Download = Type.Object({ file: FileGrantSchema });
const None = Type.Object({});

const archive = defineServiceContract(
  { schemas: { Paper, PaperChange, Download, None } },
  (ref) => ({
    id: "archive@v1",
    displayName: "Archive",
    description: "Keeps papers.",
    rpc: {
      "Paper.Get": {
        version: "v1",
        input: ref.schema("Paper"),
        output: ref.schema("Download"),
        transfer: { direction: "receive", store: "files" },
      },
    },
    operations: {
      "Paper.Put": {
        version: "v1",
        input: ref.schema("Paper"),
        output: ref.schema("Paper"),
        transfer: { direction: "send", store: "files", key: "/name" },
      },
    },
    feeds: {
      "Paper.Changes": {
        version: "v1",
        input: ref.schema("None"),
        event: ref.schema("PaperChange"),
      },
    },
    events: { "Paper.Kept": { version: "v1", event: ref.schema("Paper") } },
    eventConsumers: { indexer: { self: ["Paper.Kept"] } },
    jobs: { print: { payload: ref.schema("Paper") } },
    resources: {
      kv: { papers: { purpose: "Papers", schema: ref.schema("Paper") } },
      store: { files: { purpose: "Their files" } },
    },
  }),
);

const desk = defineAppContract({ schemas: { Paper } }, (ref) => ({
  id: "desk@v1",
  displayName: "Desk",
  description: "Files papers.",
  uses: {
    required: {
      archive: archive.use({
        operations: { call: ["Paper.Put"] },
        rpc: { call: ["Paper.Get"] },
        feeds: { subscribe: ["Paper.Changes"] },
      }),
    },
  },
  state: { last: { kind: "value", schema: ref.schema("Paper") } },
}));

const printed: string[] = [];
const handlers = defineHandlers(archive, {
  rpc: {
    "Paper.Get": async ({ input, transfer }) => {
      const file = await transfer.grant(input.name, { expiresInMs: 60_000 }).orThrow();
      return ok({ file });
    },
  },
  operations: {
    "Paper.Put": async ({ input, op, client }) => {
      await op.transfer.completed().orThrow();
      await client.kv.papers.put(input.name, input).orThrow();
      await client.event.paper.kept.publish(input).orThrow();
      return ok(input);
    },
  },
  feeds: {
    "Paper.Changes": ({ client, cursor, context }) =>
      kvFeed(client.kv.papers, {
        cursor,
        signal: context.signal,
        put: (name, paper) => ({ name, paper }),
        deleted: (name) => ({ name }),
      }),
  },
  events: {
    indexer: {
      self: {
        "Paper.Kept": async ({ event, client }) => {
          await client.jobs.print.create(event).orThrow();
          return ok();
        },
      },
    },
  },
  jobs: {
    print: ({ payload }) => {
      printed.push(payload.name);
      return ok();
    },
  },
});

/** What the files of the fleet say about leaf nodes, at these ports, without TLS. */
async function fleetConfig(file: string, port: number | undefined): Promise<string> {
  const text = await Deno.readTextFile(
    new URL(`../../examples/fleet/nats/${file}`, import.meta.url),
  );
  const [, domain = ""] = /^ {2}domain: (\w+)$/m.exec(text) ?? [];
  const [block = ""] = /^leafnodes \{\n[\s\S]*?^\}$/m.exec(text) ?? [];
  const plain = block.replaceAll(/ *tls \{[\s\S]*?\}(?=[\n }])/g, "")
    .replaceAll("$LEAF_PASSWORD", "password")
    .replaceAll(/tls:\/\/(\w+:password)@n1:7422/g, `nats://$1@127.0.0.1:${port}`)
    .replace("0.0.0.0:7422", `127.0.0.1:${port}`);
  return `jetstream { domain: ${domain} }\n${plain}`;
}

Deno.test("behind a leaf node a secured platform does everything in the domain of the hub", async (t) => {
  const [port] = freePorts(1);
  await using dir = await temporaryDir();
  const keysDir = `${dir.path}/keys`;
  const [hubText, leafText] = await Promise.all([
    fleetConfig("hub.conf", port),
    fleetConfig("leaf.conf", port),
  ]);
  // It is connected to the hub itself, and says no domain.
  await using hub = await SecuredTrellis.start({}, { keysDir, name: "hub", configText: hubText });
  assertEquals(domainNameOf(hub.messaging.connection), "hub");
  await using leaf = await SecuredServer.start({ keysDir, name: "leaf", configText: leafText });
  const trellisUrl = withDomain(leaf.url, "hub");
  await provision(hub.authority, archive);
  await provision(hub.authority, desk);
  const { platform } = hub;
  const { seed: sessionKeySeed } = await platform.openSession("archive");
  const service = await hub.connect(archive, { sessionKeySeed, trellisUrl, waitMs: 20_000 });
  await service.serve(handlers);
  const principal = { kind: "user", id: "ada" } as const;
  const ada = (await platform.openUserSession({ principal, contract: desk })).orThrow();
  await using client = await TrellisClient
    .connect({ contract: desk, trellisUrl, sessionKeySeed: ada.seed }).orThrow();

  await t.step("files, feeds, operations, events, jobs and state", async () => {
    const paper = { name: "a.txt" };
    const feed = await client.feed.paper.changes({}).orThrow();
    const changes = feed[Symbol.asyncIterator]();
    const body = new Uint8Array(300_000).fill(7);
    const ref = await client.operation.paper.put.start(paper, { body }).orThrow();
    assertEquals(await ref.wait().orThrow(), paper);
    assertEquals((await changes.next()).value?.value, { name: "a.txt", paper });
    const { file } = await client.rpc.paper.get(paper).orThrow();
    assertEquals(await client.transfer(file).bytes().orThrow(), body);
    await until(() => printed.length === 1, "the job of the event is done");
    await client.state.last.put(paper).orThrow();
    const last = await client.state.last.get().orThrow();
    assertEquals(last.found && last.entry.value, paper);
  });

  const at = ["--nats", trellisUrl, "--keys", keysDir];
  await t.step(
    "the server is as it should be, and what the service may do is all it can",
    async () => {
      const checked = await trellis(["infra", "check", ...at, "--json"]);
      const { findings } = JSON.parse(checked.stdout);
      const problems = findings.filter(({ state }: { state: string }) => state === "problem");
      assertEquals([checked.code, problems], [0, []]);
      const proved = await trellis(["prove", "archive", ...at, "--json"]);
      assertEquals([proved.code, JSON.parse(proved.stdout).proved], [0, true], proved.stderr);
    },
  );

  await t.step("it is backed up, and the leaf node has nothing of it", async () => {
    const { code, stdout, stderr } = await trellis(["backup", `${dir.path}/b`, ...at, "--json"]);
    assertEquals(code, 0, stderr);
    assert(stdout.includes("KV_svc_archive_papers"), stdout);
    const platform = await leaf.platform();
    const { streams } = (await platform.request("$JS.API.STREAM.NAMES")).json<
      { streams: string[] | null }
    >();
    assertEquals(streams ?? [], []);
  });

  await t.step("whoever is shut out is closed at the leaf node", async () => {
    const { closed } =
      (await platform.revoke({ principal: { kind: "service", id: "archive" } }, "test")).orThrow();
    assertEquals(closed, 1);
  });
});
