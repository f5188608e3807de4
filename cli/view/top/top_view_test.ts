import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import type { RpcRate } from "../../figures/rates.ts";
import { recordingTerminal } from "../../terminal/recording_terminal.ts";
import { topJson, topLines, type TopLook, topText } from "./top_view.ts";

const AT = Date.parse("2030-01-02T03:04:05Z");
const rate = (rpc: string, perSecond: number): RpcRate => ({
  deployment: "orders",
  rpc,
  perSecond,
  errorsPerSecond: 0,
  p50Ms: perSecond === 0 ? undefined : 1.23456,
  p99Ms: perSecond === 0 ? undefined : 250,
});
const queue = {
  deployment: "orders",
  kind: "job",
  name: "sendMail",
  isDeclared: true,
  work: { waiting: 4, scheduled: 5, inWork: 1, oldestAt: undefined, pausedUntil: undefined },
  dead: 0,
  hung: undefined,
} as const;
const LOOK: TopLook = {
  figures: {
    at: AT,
    rpcs: [],
    deployments: [{ deployment: "orders", state: "reconciled", hasPlan: true, running: 2 }],
    queues: [queue],
    work: [],
    problems: ["no answer"],
  },
  rates: [rate("Orders.Get", 1234.5), rate("Orders.List", 0.25), rate("Orders.Ship", 0)],
  intervalMs: 2000,
  url: "nats://127.0.0.1:4222",
};

Deno.test("all fits a window of 80 columns, and what cannot be read is said", () => {
  const { terminal } = recordingTerminal({ isTerminal: true, columns: 80 });
  const text = topText(LOOK, terminal.out, 24);
  assert(text.split("\n").every((line) => line.length <= 80), text);
  assertStringIncludes(text, "03:04:05  nats://127.0.0.1:4222  1 deployment  2 instances running");
  assertStringIncludes(text, "orders Orders.Get        1,235         0  1.2 ms  250 ms");
  assertStringIncludes(text, "orders Orders.List         0.3");
  assertStringIncludes(text, "not read: no answer");
});

Deno.test("where the window is too low the least busy RPCs are counted only", () => {
  const { terminal } = recordingTerminal({ isTerminal: true, columns: 80 });
  const rates = Array.from({ length: 50 }, (_, at) => rate(`Orders.R${at}`, 50 - at));
  const rows = 24;
  const text = topText({ ...LOOK, rates }, terminal.out, rows);
  assert(text.split("\n").length < rows, text);
  assertStringIncludes(text, "Orders.R0 ");
  assertStringIncludes(text, "with fewer requests");
  assertStringIncludes(text, "sendMail");
});

Deno.test("before there were two looks there is no rate", () => {
  const { terminal } = recordingTerminal({ columns: 80 });
  const first = { ...LOOK, rates: undefined };
  assertStringIncludes(topText(first, terminal.out, 24), "looking for the first time");
});

Deno.test("without a terminal each look is a line for all that does something", () => {
  assertEquals(topLines(LOOK), [
    "2030-01-02T03:04:05.000Z rpc orders Orders.Get 1,235/s, errors 0/s, p50 1.2 ms, p99 250 ms",
    "2030-01-02T03:04:05.000Z rpc orders Orders.List 0.3/s, errors 0/s, p50 1.2 ms, p99 250 ms",
    "2030-01-02T03:04:05.000Z queue orders sendMail 4 waiting, 1 in work, 5 scheduled, 0 dead",
    "2030-01-02T03:04:05.000Z not read: no answer",
  ]);
});

Deno.test("for programs all is one object, by deployment", () => {
  const { deployments } = JSON.parse(JSON.stringify(topJson(LOOK)));
  assertEquals(deployments[0].rpcs[0], {
    rpc: "Orders.Get",
    perSecond: 1234.5,
    errorsPerSecond: 0,
    p50Ms: 1.235,
    p99Ms: 250,
  });
  assertEquals([deployments[0].planPending, deployments[0].queues[0].waiting], [true, 4]);
});
