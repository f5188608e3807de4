import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { recordText } from "../../cli/view/record_view.ts";
import { planActions } from "../reconciler/plan_actions.ts";
import { decide } from "../decisions/decide.ts";
import { propose } from "../decisions/propose.ts";
import { readClaim, readDecision, readPlan, readRecord } from "./read_stored.ts";
import type { AuthorityRecord, Decision } from "./authority_record.ts";
import { sealedText, sealState } from "./sealed_text.ts";
import { verifyEvidence } from "../verify/verify_evidence.ts";
import { SILENT_STREAM } from "../../cli/terminal/output_stream.ts";
import { createTerminal } from "../../cli/terminal/terminal.ts";
import { systemClock } from "../../cli/terminal/clock.ts";
import { needsOf } from "../needs/needs.ts";
import { kvNeeds } from "../../tests/support/kv_contract.ts";
import { ordersRpc } from "../../tests/support/orders_rpc.ts";
import { DEPLOYMENT, RecordedDeployment } from "../../tests/support/recorded_deployment.ts";
import { runsOf } from "../../tests/support/random/runs.ts";

function recorded(): RecordedDeployment {
  const deployment = new RecordedDeployment();
  const served = needsOf(ordersRpc.manifest, ordersRpc.digest);
  const state = { kind: "map", stateVersion: "v1", schema: true, acceptedVersions: { v0: true } };
  const more = {
    state: { saved: state },
    jobs: { mail: { payload: true, result: {}, settings: { retries: 1 } } },
    consumers: { all: { events: ["self:A"], settings: {} } },
    contracts: { "other@v1": { required: true, selections: ["rpc.call:A"] } },
    capabilities: { a: { displayName: "A", description: "a", consequence: "all" } },
  };
  deployment.propose({ ...kvNeeds({ orders: {}, carts: {} }), ...more, surfaces: served.surfaces });
  deployment.decide();
  deployment.materialize();
  deployment.propose({ ...kvNeeds({ orders: {} }), ...more, surfaces: served.surfaces });
  deployment.decide();
  deployment.materialize();
  deployment.propose(kvNeeds({ orders: { history: 4 } }));
  return deployment;
}

/** As records were before they were chained and sealed. */
function unchained(record: AuthorityRecord): AuthorityRecord {
  const { pending, ...rest } = record;
  const old = ({ seq: _, previous: _p, hash: _h, planDigest: _d, ...one }: Decision) => one;
  const history = record.history.map(old);
  if (pending === undefined) return { ...rest, history };
  const { planDigest: _digest, ...waiting } = pending;
  return { ...rest, history, pending: waiting };
}

/** A value with something else in one place. */
function withOther(value: unknown, path: readonly number[], other: unknown): unknown {
  const [step, ...rest] = path;
  if (step === undefined || typeof value !== "object" || value === null) return other;
  const names = Object.keys(value);
  if (names.length === 0) return other;
  const name = names[step % names.length]!;
  const changed = withOther(Reflect.get(value, name), rest, other);
  if (Array.isArray(value)) return value.map((one, i) => String(i) === name ? changed : one);
  const kept = Object.entries(value).filter(([one]) => one !== name);
  return changed === undefined ? Object.fromEntries(kept) : { ...value, [name]: changed };
}

const anything = fc.oneof(
  fc.constantFrom(undefined, null, 0, -1, 1.5, 1e300, "", "x", true, [], {}, [null], { a: 1 }),
  fc.constantFrom("constructor", "__proto__", "\ud800", "trellis.authority.v2"),
  fc.json().map((text): unknown => JSON.parse(text)),
);

Deno.test("whatever reads as a record can be proposed to, decided, reconciled, shown and verified", () => {
  const source = recorded();
  const plan = source.pending!;
  const old = unchained(source.record!);
  const screen = createTerminal({
    stdout: SILENT_STREAM,
    stderr: SILENT_STREAM,
    isTerminal: { stdout: false, stderr: false },
    columns: () => 80,
    rows: () => 24,
    env: {},
    noColor: true,
    clock: systemClock,
  }).out;
  let readable = 0;
  fc.assert(
    fc.property(fc.array(fc.nat(12), { maxLength: 9 }), anything, (path, other) => {
      const read = readRecord(JSON.stringify(withOther(old, path, other)) ?? "", DEPLOYMENT);
      if (read.isErr()) return;
      readable++;
      const record = read.value;
      propose(record, kvNeeds({ more: {} }), source.context());
      decide(record, plan, { verb: "accept-update", by: "me", now: source.now() });
      planActions(record, { kv: new Map(), store: new Map() });
      recordText(record, { uses: [], usedBy: [] }, screen);
      verifyEvidence({ ...source.evidence(), record: sealedText(record) });
    }),
    { numRuns: runsOf(3000) },
  );
  assert(readable > 20);
});

Deno.test("texts that are nothing of ours are refused with what is wrong, whichever program wrote them", () => {
  const readers = [
    (text: string) => readRecord(text, DEPLOYMENT),
    (text: string) => readPlan(text, DEPLOYMENT, "x"),
    readDecision,
    readClaim,
  ];
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
      for (const read of readers) {
        const result = read(text);
        assert(result.isErr() && result.error.detail.length > 0);
      }
    }),
    { numRuns: runsOf(500) },
  );
});

Deno.test("hostile texts are refused quickly, and without exhausting the stack", () => {
  const whole = JSON.stringify(unchained(recorded().record!)).slice(0, -1);
  const hostile = [
    "[".repeat(1_000_000),
    `${whole},"x":${"[".repeat(100_000)}${"]".repeat(100_000)}}`,
    `${whole},"x":${'{"a":'.repeat(100_000)}1${"}".repeat(100_000)}}`,
    `${whole},"x":"${"y".repeat(10_000_000)}"}`,
    `${whole},"__proto__":{"mode":"dev"}}`,
    `${whole},"x":"\\ud800"}`,
    `${whole},"\\udfff":1}`,
  ];
  for (const text of hostile) {
    const read = readRecord(text, DEPLOYMENT);
    assertEquals(read.isErr() && read.error.kind, "unreadable", text.slice(0, 50));
  }
});

Deno.test("a seal is whole, broken, or not there", () => {
  const text = sealedText({ a: "é\n", b: { c: [1] } });
  assertEquals(sealState(text), "whole");
  assertEquals(JSON.parse(text).b, { c: [1] });
  assertEquals(sealState(text.replace("é", "e")), "broken");
  assertEquals(sealState(text.replace(/.("})$/, (_, end) => `x${end}`)), "broken");
  assertEquals(sealState(JSON.stringify({ a: 1 })), "none");
  assertEquals(sealState(""), "none");
});
