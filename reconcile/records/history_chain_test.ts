import { assertEquals, assertNotEquals } from "@std/assert";
import { canonicalJson } from "../../contracts/json/canonical_json.ts";
import { linkHash } from "./chain.ts";
import { appendDecision } from "./history_chain.ts";
import type { AuthorityRecord } from "./authority_record.ts";
import { trimHistory } from "./trim_history.ts";

const EMPTY: AuthorityRecord = {
  format: "trellis.authority.v1",
  deployment: "orders-service",
  mode: "strict",
  modeBy: "me",
  retired: [],
  history: [],
};

function draft(n: number) {
  const at = "2030-01-01T00:00:00.000Z";
  return { planId: `P${n}`, outcome: "superseded" as const, at, by: "me", version: 0 };
}

Deno.test("each decision holds its place and the hash of the one before it", () => {
  let record = EMPTY;
  for (let i = 0; i < 3; i++) record = appendDecision(record, draft(i));
  assertEquals(record.history.map(({ seq }) => seq), [1, 2, 3]);
  assertEquals(record.history.map(({ previous }) => previous), [
    "",
    record.history[0]?.hash,
    record.history[1]?.hash,
  ]);
  for (const decision of record.history) assertEquals(decision.hash, linkHash(decision));
});

Deno.test("the hash does not depend on the order of members, and depends on each of them", () => {
  const [decision] = appendDecision(EMPTY, draft(1)).history;
  const reversed = Object.fromEntries(Object.entries(decision!).toReversed());
  assertEquals(canonicalJson(reversed), canonicalJson(decision));
  assertEquals(linkHash({ ...draft(1), ...reversed }), decision?.hash);
  assertNotEquals(linkHash({ ...decision!, by: "you" }), decision?.hash);
});

Deno.test("the first decision says who decides, and each one what was in force", () => {
  const first = appendDecision(EMPTY, draft(1));
  assertEquals([first.history[0]?.mode, first.history[0]?.modeBy], ["strict", "me"]);
  const bindings = {
    format: "trellis.bindings.v1" as const,
    deployment: "orders-service",
    contract: "orders-service@v1",
    digests: [],
    version: 3,
    kv: {},
    store: {},
  };
  const materialized = { version: 3, state: "reconciled" as const, problems: [], at: "", bindings };
  const second = appendDecision({ ...first, materialized }, draft(2));
  assertEquals([second.history[1]?.mode, second.history[1]?.inForce], [undefined, 3]);
});

Deno.test("a long history is moved out of the record, oldest first, and the chain goes on", () => {
  let record = EMPTY;
  const moved = [];
  for (let i = 0; i < 1000; i++) {
    record = appendDecision(record, draft(i));
    const trimmed = trimHistory(record);
    moved.push(...trimmed.moved);
    record = trimmed.record;
    if (record.history.length > 128) throw new Error("the record grows");
  }
  assertEquals(moved.map(({ seq }) => seq), moved.map((_, i) => i + 1));
  const whole = [...moved.map(({ decision }) => decision), ...record.history];
  assertEquals(whole.map(({ seq }) => seq), Array.from({ length: 1000 }, (_, i) => i + 1));
  for (let i = 1; i < 1000; i++) assertEquals(whole[i]?.previous, whole[i - 1]?.hash);
});
