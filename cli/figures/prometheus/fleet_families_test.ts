import { assert, assertEquals, assertMatch, assertThrows } from "@std/assert";
import { noLatency } from "../../../contracts/live/latency.ts";
import { parseExposition } from "../../../tests/support/telemetry/prometheus_exposition.ts";
import type { FleetFigures } from "../fleet_figures.ts";
import { fleetFamilies } from "./fleet_families.ts";
import { prometheusText } from "./prometheus_text.ts";

const AT = Date.parse("2030-01-02T03:04:05Z");

const counts: number[] = [...noLatency().counts];
counts[1] = 2;
counts[16] = 1;

const FIGURES: FleetFigures = {
  at: AT,
  rpcs: [{
    deployment: "orders",
    rpc: "Orders.Get",
    requests: 3,
    processingMs: 12_000.5,
    errors: { NotFoundError: 1, 'odd "name"\\\n': 1 },
    latency: { ...noLatency(), counts },
  }],
  deployments: [{ deployment: "orders", state: "reconciled", hasPlan: true, running: 2 }],
  queues: [{
    deployment: "orders",
    kind: "job",
    name: "sendMail",
    isDeclared: true,
    work: {
      waiting: 4,
      scheduled: 5,
      inWork: 1,
      oldestAt: "2030-01-02T03:04:03Z",
      pausedUntil: undefined,
    },
    dead: 7,
    hung: undefined,
  }],
  work: [{
    deployment: "mail",
    kind: "group",
    group: "mailer",
    isDeclared: true,
    ordering: "none",
    work: { pending: 8, inWork: 1, waiting: 2, oldestAt: undefined },
    dead: 0,
    hung: { handlers: 1, since: "2030-01-02T03:04:03Z" },
  }],
  sessions: [{ kind: "user", state: "live", count: 9 }],
  reconciles: [{ deployment: "orders", result: "changed", count: 2 }],
  problems: [],
};

Deno.test("figures are a text that a strict reader of Prometheus takes", () => {
  const families = parseExposition(prometheusText(fleetFamilies(FIGURES)));
  const value = (name: string, labels: Record<string, string>) => {
    const family = families.find(({ samples }) => samples.some((sample) => sample.name === name));
    const found = family?.samples.filter((sample) =>
      sample.name === name &&
      Object.entries(labels).every(([label, of]) => sample.labels[label] === of)
    );
    assertEquals(found?.length, 1, `${name} ${JSON.stringify(labels)}`);
    return found![0]!.value;
  };
  const rpc = { deployment: "orders", rpc: "Orders.Get" };
  assertEquals(value("trellis_rpc_requests_total", rpc), 3);
  assertEquals(value("trellis_rpc_errors_total", { ...rpc, code: 'odd "name"\\\n' }), 1);
  assertEquals(value("trellis_rpc_duration_seconds_bucket", { ...rpc, le: "0.0001" }), 0);
  assertEquals(value("trellis_rpc_duration_seconds_bucket", { ...rpc, le: "0.00025" }), 2);
  assertEquals(value("trellis_rpc_duration_seconds_bucket", { ...rpc, le: "+Inf" }), 3);
  assertEquals(value("trellis_rpc_duration_seconds_sum", rpc), 12.0005);
  const queue = { deployment: "orders", kind: "job", queue: "sendMail" };
  assertEquals(value("trellis_queue_depth", { ...queue, state: "scheduled" }), 5);
  assertEquals(value("trellis_queue_oldest_age_seconds", queue), 2);
  assertEquals(value("trellis_consumer_lag", { consumer: "mailer" }), 8);
  assertEquals(value("trellis_consumer_oldest_age_seconds", { consumer: "mailer" }), 0);
  assertEquals(value("trellis_dead_letters", { name: "sendMail" }), 7);
  assertEquals(value("trellis_hung_handlers", { name: "mailer" }), 1);
  assertEquals(value("trellis_sessions", { kind: "user", state: "live" }), 9);
  assertEquals(value("trellis_reconciles_total", { deployment: "orders", result: "changed" }), 2);
  assertEquals(value("trellis_deployment_state", { state: "reconciled" }), 1);
  assertEquals(value("trellis_deployment_state", { state: "not_accepted" }), 0);
});

Deno.test("names say their unit, and what only grows ends with _total", () => {
  for (const { name, type, help } of fleetFamilies(FIGURES)) {
    assertMatch(name, /^trellis_[a-z_]+$/);
    assertEquals(name.endsWith("_total"), type === "counter", name);
    assert(!/_(ms|milliseconds|minutes)$/.test(name), name);
    assertMatch(help, /^\S.*\.$/);
  }
});

Deno.test("where nothing is known there is no family without samples", () => {
  const { at } = FIGURES;
  const nothing = { at, rpcs: [], deployments: [], queues: [], work: [], problems: ["no answer"] };
  assertEquals(
    prometheusText(fleetFamilies(nothing)),
    "# HELP trellis_figures_missing Parts of these figures that could not be read just now.\n" +
      "# TYPE trellis_figures_missing gauge\ntrellis_figures_missing 1\n",
  );
});

Deno.test("the reader of this test refuses what Prometheus would", () => {
  const wrong = [
    "a 1", // no line break at its end
    "# TYPE a gauge\na{b=c} 1\n",
    "# TYPE a gauge\na 1\na 1\n",
    "# TYPE a counter\n# TYPE b counter\na 1\n",
    '# TYPE h histogram\nh_bucket{le="1"} 2\nh_bucket{le="+Inf"} 1\nh_sum 1\nh_count 1\n',
    '# TYPE h histogram\nh_bucket{le="1"} 1\nh_sum 1\nh_count 1\n',
  ];
  for (const text of wrong) assertThrows(() => parseExposition(text), Error, undefined, text);
});
