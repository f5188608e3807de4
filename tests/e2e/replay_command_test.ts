import { assertEquals, assertStringIncludes } from "@std/assert";
import { jetstream } from "@nats-io/jetstream";
import { Type } from "@sinclair/typebox";
import { DEFAULT_HEAP_MB } from "../../cli/workers/worker_host.ts";
import { replayProjection } from "../../cli/replay/replay_projection.ts";
import { workerSettings } from "../../cli/workers/worker_settings.ts";
import { discoverContracts } from "../../contracts/discovery/discovery.ts";
import { EVENT_STREAM } from "../../contracts/stored/event_stream.ts";
import { defineHandlers, defineServiceContract } from "../../mod.ts";
import { inboxPrefix } from "../../runtime/nats/connection.ts";
import { JetStreamRequests } from "../../runtime/nats/jetstream/jetstream_requests.ts";
import { deploy } from "../support/deployed.ts";
import { TrellisServer } from "../support/trellis_server.ts";
import { TempProject } from "./support/temp_project.ts";
import { trellis } from "./support/trellis_command.ts";

const Counted = Type.Object({ key: Type.String(), n: Type.Integer() });
const Total = Type.Object({ sum: Type.Integer() });

const first = defineServiceContract({ schemas: { Counted, Total } }, (ref) => ({
  id: "sums@v1",
  displayName: "Sums",
  description: "Adds.",
  events: { "Thing.Counted": { version: "v1", params: ["/key"], event: ref.schema("Counted") } },
  resources: {
    kv: {
      totals: {
        purpose: "Sums",
        schema: ref.schema("Total"),
        projection: { self: ["Thing.Counted"], key: "/key" },
      },
    },
  },
}));
const firstHandlers = defineHandlers(first, {
  projections: {
    totals: {
      "Thing.Counted": (total, { key, n }) =>
        key === "new" ? undefined : { sum: (total?.sum ?? 0) + n },
    },
  },
});

const CONTRACT = `import { defineServiceContract } from "@qlever-llc/trellis";
import { Type } from "@sinclair/typebox";
const Counted = Type.Object({ key: Type.String(), n: Type.Integer() });
const Total = Type.Object({ sum: Type.Integer() });
export default defineServiceContract({ schemas: { Counted, Total } }, (ref) => ({
  id: "sums@v1",
  displayName: "Sums",
  description: "Adds.",
  events: { "Thing.Counted": { version: "v1", params: ["/key"], event: ref.schema("Counted") } },
  resources: { kv: { totals: {
    purpose: "Sums",
    schema: ref.schema("Total"),
    projection: { self: ["Thing.Counted"], key: "/key", version: "v2" },
  } } },
}));
`;
const HANDLERS = `import { defineHandlers } from "@qlever-llc/trellis";
import sums from "../contracts/sums.ts";
console.log("a line of the project");
export default defineHandlers(sums, { projections: { totals: {
  "Thing.Counted": (total, { key, n }) => {
    if (n === 13) throw new Error("unlucky");
    if (key === "old") return undefined;
    if (key === "half") return { sum: 0.5 };
    return { sum: (total?.sum ?? 0) + (key === "more" ? 2 * n : n) };
  },
} } });
`;

interface Shown {
  readonly replayed: readonly {
    readonly first: readonly { readonly key: string; readonly change: string }[];
    readonly firstFailed: readonly { readonly key: string; readonly error: string }[];
    readonly firstUnread: readonly { readonly sequence: number }[];
  }[];
}

Deno.test("plan show --replay folds the real events with the new reducers, and shows what would differ", async () => {
  await using server = await TrellisServer.start();
  await using project = await TempProject.create({
    "contracts/sums.ts": CONTRACT,
    "handlers/sums.ts": HANDLERS,
  });
  const messaging = await server.connect();
  await using service = await deploy(server, first, firstHandlers);
  let last = 0;
  for (const [key, n] of Object.entries({ same: 4, more: 1, old: 2, new: 3, half: 5, bad: 13 })) {
    last = (await service.event.thing.counted.publish({ key, n }).orThrow()).sequence;
  }
  await jetstream(messaging.connection).publish("events.v1.Thing.Counted.broken", "{");
  for (const n of [10, 20]) {
    last = (await service.event.thing.counted.publish({ key: "more", n }).orThrow()).sequence;
  }
  await service.kv.totals.reached(last).orThrow();

  const { contracts: [second] } = await discoverContracts({ project: project.dir });
  const authority = await server.authority();
  const presented = await authority.present([second!], { mode: "strict", by: "author" });
  const { plan } = presented[0]!.orThrow();
  const show = (...words: string[]) =>
    trellis(
      ["svc", "sums", "authority", "plan", "show", plan!.id, "--replay", ...words],
      { env: { NATS_URL: server.url, NO_COLOR: "1" }, cwd: project.dir },
    );
  const asked = await show("--json");
  assertEquals(asked.code, 0, asked.stderr);
  // The test knows what it asked for.
  const [replayed] = (JSON.parse(asked.stdout) as Shown).replayed;
  const { first: keys, firstFailed, firstUnread, ...counts } = replayed!;
  assertEquals<unknown>(counts, {
    alias: "totals",
    bucket: "svc_sums_totals",
    complete: true,
    last,
    through: last,
    events: 9,
    added: 1,
    removed: 3,
    changed: 1,
    same: 1,
    leftOut: 0,
    failed: 2,
    unread: 1,
  });
  assertEquals<unknown>(Object.fromEntries(keys.map(({ key, ...sides }) => [key, sides])), {
    new: { change: "added", after: { sum: 3 } },
    old: { change: "removed", before: { sum: 2 } },
    half: { change: "removed", before: { sum: 5 } },
    bad: { change: "removed", before: { sum: 13 } },
    more: { change: "changed", before: { sum: 31 }, after: { sum: 62 } },
  });
  const failures = firstFailed.map(({ key, error }) => [key, error]);
  assertEquals(failures[1], ["bad", "unlucky"]);
  assertEquals(failures[0]?.[0], "half");
  assertEquals(firstUnread.map(({ sequence }) => sequence), [7]);

  const told = await show();
  assertStringIncludes(
    told.stdout,
    "replay of totals\n  9 events replayed: 1 added, 3 removed, 1 changed, 1 the same\n",
  );

  // What is left out when the time is up is said.
  const limit = new AbortController();
  const short = (await replayProjection({
    alias: "totals",
    module: new URL(`file://${project.path("handlers/sums.ts")}`).href,
    digest: second!.digest,
    bucket: "svc_sums_totals",
    stream: EVENT_STREAM,
    created: (await authority.show("sums")).orThrow().materialized!.bindings.projections!.totals!
      .created,
    requests: JetStreamRequests.of(messaging.line, inboxPrefix(messaging.session)),
    settings: {
      ...await workerSettings({ root: project.dir, stateDir: project.path(".trellis") }),
      heapMb: DEFAULT_HEAP_MB,
    },
    limit: limit.signal,
    signal: new AbortController().signal,
    progress: (sequence) => sequence === 3 && limit.abort(),
  })).orThrow();
  const { through, events, same, leftOut, first: found } = short;
  assertEquals([through, events, same, leftOut, found.map(({ key }) => key)], [3, 3, 1, 4, [
    "old",
  ]]);

  await project.edit(
    "handlers/sums.ts",
    "if (n === 13)",
    "while (n === 13) Deno.exit(3); if (n === 13)",
  );
  const ended = await show();
  assertEquals(ended.code, 1);
  assertStringIncludes(ended.stderr, "handlers/sums.ts: its code");
});
