import { assertEquals, assertStringIncludes } from "@std/assert";
import type { ContractStatus } from "../dev_report.ts";
import { recordingTerminal } from "../../terminal/recording_terminal.ts";
import { devView } from "./dev_view.ts";

function waiting(deployment: string): ContractStatus {
  const contract = `${deployment}@v1`;
  const needs = {
    contract,
    kind: "service",
    digest: "d",
    contracts: {},
    surfaces: {},
    capabilities: {},
    resources: { kv: {}, store: {} },
  } as const;
  return {
    contract: {
      id: contract,
      kind: "service",
      digest: "d",
      file: `contracts/${deployment}.ts`,
      manifest: {
        format: "trellis.contract.v1",
        id: contract,
        displayName: deployment,
        description: deployment,
        kind: "service",
      },
    },
    deployment,
    version: 1,
    pending: {
      format: "trellis.plan.v1",
      id: `P-${deployment}`,
      deployment,
      kind: "migration",
      baseVersion: 1,
      createdAt: "2026-01-01T00:00:00.000Z",
      changes: [],
      needs,
    },
    buckets: {},
    stores: {},
    problems: [],
    refusal: undefined,
    lacks: undefined,
    module: undefined,
    running: false,
    instances: 0,
  };
}

/** What is on stderr when this many plans wait. */
async function shownFor(count: number): Promise<string> {
  const screen = recordingTerminal({ columns: 200 });
  const view = devView(screen.terminal, { command: "dev", quiet: true });
  for (let index = 0; index < count; index++) view.pending(waiting(`d${index}`));
  await Promise.resolve();
  return screen.err();
}

Deno.test("a few waiting plans are reported one by one", async () => {
  const text = await shownFor(10);
  assertEquals(text.match(/plan show P-d\d+\n/g)?.length, 10);
  assertEquals(text.includes("more wait"), false);
});

Deno.test("what makes a plan dangerous is named once, however often it is in it", async () => {
  const screen = recordingTerminal({ columns: 200 });
  const view = devView(screen.terminal, { command: "dev", quiet: true });
  const status = waiting("shop");
  const changes = ["rpc/A", "rpc/B"].map((at) => ({
    code: "schema.required.added",
    path: `/surfaces/${at}`,
    op: "change",
    severity: "dangerous",
    reason: "it is required now",
  } as const));
  view.pending({ ...status, pending: status.pending && { ...status.pending, changes } });
  await Promise.resolve();
  assertStringIncludes(screen.err(), "2 dangerous changes: schema.required.added\n");
});

Deno.test("many waiting plans are counted, and only some are shown", async () => {
  const text = await shownFor(200);
  assertEquals(text.match(/plan show P-d\d+\n/g)?.length, 9);
  assertStringIncludes(text, "191 more wait for a decision\n         deno task trellis status\n");
});

Deno.test("what shows that data is looked at is gone when that has ended", () => {
  const screen = recordingTerminal({ isTerminal: true });
  const view = devView(screen.terminal, { command: "dev", quiet: false });
  view.ready([], 1);
  view.scanning(1, 1);
  screen.pass(1_000);
  assertEquals(screen.running(), 1);
  view.scanned();
  assertEquals(screen.running(), 0);
});

Deno.test("a save whose types are still checked is seen to be at work", () => {
  const screen = recordingTerminal({ isTerminal: true });
  const view = devView(screen.terminal, { command: "dev", quiet: false });
  view.ready([], 1);
  view.checkingTypes();
  screen.pass(1_000);
  assertStringIncludes(screen.err(), "checking types");
  view.checkedTypes();
  assertEquals(screen.running(), 0);
});

Deno.test("no line is wider than the window, but for commands", () => {
  const screen = recordingTerminal({ columns: 80, isTerminal: true });
  const view = devView(screen.terminal, { command: "dev", quiet: false });
  const long = "all of these words are about the same thing, and there are many of them here";
  view.server({
    url: "nats://127.0.0.1:4222",
    version: "2.14.0",
    source: "reused",
    notes: [long],
    jetstream: true,
    keysDir: "keys",
    identity: {
      serverId: "A",
      serverName: "a",
      version: "2.14.0",
      jetstream: true,
      maxPayload: 1,
      authRequired: true,
      tlsRequired: false,
      tlsAvailable: false,
    },
  });
  view.ready([], 1);
  const place = {
    code: "threw",
    file: "contracts/a.ts",
    path: "/rpc",
    line: 1,
    column: 1,
  } as const;
  view.problems([{ ...place, message: long, fix: long }]);
  view.pending(waiting("shop"));
  view.trouble({ ...waiting("shop"), refusal: { message: long, hint: long } });
  view.note(long);
  view.removed("a_deployment_with_a_name_of_some_length");
  const wide = screen.err().split("\n")
    .filter((line) => line.length > 80 && !line.includes("deno task trellis"));
  assertEquals(wide, []);
});

Deno.test("a failure that repeats is one short line, until the service answered in between", () => {
  const screen = recordingTerminal({ columns: 200 });
  const view = devView(screen.terminal, { command: "dev", quiet: false });
  const failure = { message: "it ended with code 7", hint: "see its log" };
  for (const retryMs of [1000, 2000]) view.failed("shop", failure, false, retryMs);
  view.restarted("shop");
  view.failed("shop", failure, false, 1000);
  const lines = screen.err().trimEnd().split("\n").map((line) => line.replace(/^\d\S+ /, ""));
  const whole = ["✗ shop  it ended with code 7", "           see its log"];
  assertEquals(lines, [
    ...[...whole, "           next attempt in 1 s"],
    "✗ shop fails as before; next attempt in 2 s",
    "✓ shop answers again",
    ...[...whole, "           next attempt in 1 s"],
  ]);
});
