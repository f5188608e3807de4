import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { noLatency } from "../contracts/live/latency.ts";
import { fleetFamilies } from "../cli/figures/prometheus/fleet_families.ts";
import type { FleetFigures } from "../cli/figures/fleet_figures.ts";
import { recordingTerminal } from "../cli/terminal/recording_terminal.ts";
import { topText } from "../cli/view/top/top_view.ts";
import {
  callActivity,
  createActivity,
  dataActivity,
  eventActivity,
  publishActivity,
  workActivity,
} from "../runtime/telemetry/activity.ts";

const PAGE = await Deno.readTextFile(new URL("../docs/observability.md", import.meta.url));

const AT = Date.parse("2026-11-30T09:56:50Z");

const FIGURES: FleetFigures = {
  at: AT,
  rpcs: [{
    deployment: "orders",
    rpc: "Orders.Get",
    requests: 1,
    processingMs: 1,
    errors: { full: 1 },
    latency: noLatency(),
  }],
  deployments: ["mail", "orders"].map((deployment) => ({
    deployment,
    state: "reconciled",
    hasPlan: false,
    running: 1,
  })),
  queues: [{
    deployment: "mail",
    kind: "job",
    name: "sendMail",
    isDeclared: true,
    work: {
      waiting: 336,
      scheduled: 0,
      inWork: 2,
      oldestAt: new Date(AT - 5000).toISOString(),
      pausedUntil: undefined,
    },
    dead: 0,
    hung: undefined,
  }],
  work: [{
    deployment: "mail",
    kind: "group",
    group: "confirmations",
    isDeclared: true,
    ordering: "strict",
    work: { pending: 0, inWork: 0, waiting: 0, oldestAt: undefined },
    dead: 0,
    hung: undefined,
  }],
  sessions: [{ kind: "user", state: "live", count: 1 }],
  reconciles: [{ deployment: "orders", result: "changed", count: 1 }],
  problems: [],
};

Deno.test("the page names every metric of Prometheus with its type and its labels, and no other", () => {
  const rows = [...PAGE.matchAll(/^\| `(trellis_\w+)` *\| (\w+) *\| (.*?) *\|$/gm)]
    .map(([, name, type, labels = ""]) => [name, type, labels.replaceAll("`", "")]);
  const families = fleetFamilies(FIGURES).map(({ name, type, samples: [sample] }) => [
    name,
    type,
    Object.keys(sample?.labels ?? {}).join(", "),
  ]);
  assertEquals(rows.toSorted(), families.toSorted());
});

Deno.test("the page names every kind of span, and the metric of each", () => {
  const activities = [
    callActivity({ name: "Orders.Create", subject: "rpc.v1.Orders.Create" }),
    publishActivity("events.v1.Orders.Placed"),
    eventActivity("mailer", "events.v1.Orders.Placed"),
    createActivity("sendMail"),
    workActivity("job", "sendMail"),
    workActivity("operation", "Report.Export"),
    dataActivity("kv", "orders", "get"),
    dataActivity("store", "uploads", "put"),
    dataActivity("kv", "orders", "transact"),
  ];
  for (const { name, metric } of activities) {
    assertStringIncludes(PAGE, `\`${name}\``);
    assertStringIncludes(PAGE, `| \`${metric}\``);
  }
});

Deno.test("top writes what the page shows", () => {
  const { terminal } = recordingTerminal({ isTerminal: true, columns: 80 });
  const rate = (
    rpc: string,
    perSecond: number,
    errorsPerSecond: number,
    p50Ms: number,
    p99Ms: number,
  ) => ({ deployment: "orders", rpc, perSecond, errorsPerSecond, p50Ms, p99Ms });
  const text = topText(
    {
      figures: FIGURES,
      rates: [
        rate("Orders.Get", 327, 0, 2.3, 13),
        rate("Orders.Create", 66, 3.1, 1, 15),
      ],
      intervalMs: 1000,
      url: "nats://127.0.0.1:43383",
    },
    terminal.out,
    24,
  );
  assert(PAGE.includes(`\`\`\`text\n${text}\n\`\`\``), text);
});

Deno.test("the tree of spans on the page is the one that processes have exported", async () => {
  const test = await Deno.readTextFile(
    new URL("./runtime/telemetry_test.ts", import.meta.url),
  );
  const [, tree = ""] = /```text\n(desk client[\s\S]*?)\n```/.exec(PAGE) ?? [];
  const lines = tree.split("\n").map((line) => `    "${line}",`).join("\n");
  assertStringIncludes(test, `[\n${lines}\n  ]`);
});
