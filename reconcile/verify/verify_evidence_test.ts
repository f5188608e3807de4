import { assert, assertEquals, assertNotEquals } from "@std/assert";
import fc from "fast-check";
import { digestJson } from "../../contracts/json/digest.ts";
import { decisionHash } from "../records/history_chain.ts";
import type { Evidence } from "../records/record_store.ts";
import type { AuthorityRecord, Decision, Plan } from "../records/authority_record.ts";
import { sealedText } from "../records/sealed_text.ts";
import { verifyEvidence } from "./verify_evidence.ts";
import { verifyRecord } from "./verify_record.ts";
import { kvNeeds, type KvSettings } from "../../tests/support/kv_contract.ts";
import { DEPLOYMENT, RecordedDeployment } from "../../tests/support/recorded_deployment.ts";

function codes(evidence: Evidence): readonly string[] {
  return verifyEvidence(evidence).findings.map(({ code }) => code);
}

/** One with every kind of decision, older decisions outside the record, and a pending plan. */
function longHistory(): RecordedDeployment {
  const recorded = new RecordedDeployment();
  for (let i = 0; i < 70; i++) {
    recorded.propose(kvNeeds({ orders: { history: 1 + i % 3 }, [`k${i}`]: {} }));
    recorded.propose(kvNeeds({ orders: { history: 1 + i % 3 }, kept: {} }));
    if (i % 7 === 3) recorded.decide({ verb: "reject", reason: "no", acknowledgement: undefined });
    else recorded.decide();
    if (i % 5 === 0) recorded.materialize();
  }
  recorded.propose({
    ...kvNeeds({ orders: { history: 1 }, kept: {} }),
    digest: digestJson("again"),
  });
  recorded.propose(kvNeeds({}));
  recorded.decide({ deleteData: ["kv/orders"] });
  recorded.propose(kvNeeds({ last: {} }));
  return recorded;
}

/** One with a decision of each kind, and a pending plan. */
function shortHistory(): RecordedDeployment {
  const recorded = new RecordedDeployment();
  recorded.presenter = { mode: "dev", by: "author" };
  recorded.propose(kvNeeds({ orders: {}, carts: {}, users: {} }));
  recorded.decide();
  recorded.materialize();
  recorded.presenter = { mode: "strict", by: "author" };
  recorded.propose(kvNeeds({ orders: {} }));
  recorded.decide({ deleteData: ["kv/carts"] });
  recorded.materialize();
  recorded.propose(kvNeeds({ orders: {}, more: {} }));
  recorded.decide({ verb: "reject", reason: "no", acknowledgement: undefined });
  recorded.propose(kvNeeds({ orders: { history: 3 } }));
  return recorded;
}

const LONG = longHistory();
const SHORT = shortHistory();

Deno.test("what Trellis wrote verifies, with older decisions outside the record", () => {
  const report = verifyEvidence(LONG.evidence());
  assertEquals(report.findings, []);
  assertEquals(report.notes, []);
  assert((LONG.record?.archived ?? 0) > 50);
  assertEquals(report.head, LONG.record?.history.at(-1)?.hash);
  assertEquals(report.decisions, (LONG.record?.archived ?? 0) + LONG.record!.history.length);
  const outcomes = new Set(LONG.record?.history.map(({ outcome }) => outcome));
  assertEquals([...outcomes].sort(), ["accepted", "refreshed", "rejected", "superseded"]);
});

const aliases = fc.constantFrom("orders", "carts", "users");
const needs = fc.dictionary(aliases, fc.record({ history: fc.integer({ min: 1, max: 3 }) }))
  .map((kv): Record<string, KvSettings> => ({ ...kv }));
const steps = fc.array(
  fc.oneof(
    needs.map((kv) => ({ kind: "propose" as const, kv })),
    fc.constant({ kind: "accept" as const }),
    fc.constant({ kind: "delete" as const }),
    fc.constant({ kind: "reject" as const }),
    fc.constant({ kind: "reconcile" as const }),
    fc.nat(5).map((n) => ({ kind: "refresh" as const, n })),
    fc.constantFrom("strict" as const, "dev" as const).map((mode) => ({
      kind: "mode" as const,
      mode,
    })),
  ),
  { maxLength: 40 },
);

function act(
  recorded: RecordedDeployment,
  step: typeof steps extends fc.Arbitrary<(infer S)[]> ? S : never,
) {
  switch (step.kind) {
    case "propose":
      return recorded.propose(kvNeeds(step.kv));
    case "accept":
      return recorded.decide();
    case "delete":
      return recorded.pending?.kind === "migration"
        ? recorded.decide({ deleteData: ["all"] })
        : undefined;
    case "reject":
      return recorded.decide({ verb: "reject", reason: "no" });
    case "reconcile":
      return recorded.materialize();
    case "mode":
      recorded.presenter = { ...recorded.presenter, mode: step.mode };
      return;
    case "refresh": {
      const accepted = recorded.record?.desired?.needs;
      if (accepted !== undefined) {
        recorded.propose({ ...accepted, digest: digestJson(["refresh", step.n]) });
      }
    }
  }
}

Deno.test("whatever is proposed and decided, in any order, verifies", () => {
  fc.assert(
    fc.property(steps, (all) => {
      const recorded = new RecordedDeployment();
      recorded.propose(kvNeeds({ orders: {} }));
      for (const step of all) {
        try {
          act(recorded, step);
        } catch (error) {
          // Asking again for what is being deleted is refused, and changes nothing.
          assertEquals((error as { code?: string }).code, "deletion_unfinished");
        }
      }
      const report = verifyEvidence(recorded.evidence());
      assertEquals(report.findings, []);
      const unknown = /^(nothing was decided yet|what was accepted was not reconciled yet)/;
      assertEquals(report.notes.filter((note) => !unknown.test(note)), []);
    }),
    { numRuns: 150 },
  );
});

/** Every stored text of the evidence, with a way to put another in its place. */
function places(evidence: Evidence): { text: string; put(text: string): Evidence }[] {
  return [
    { text: evidence.record ?? "", put: (record) => ({ ...evidence, record }) },
    ...[...evidence.plans].map(([id, text]) => ({
      text,
      put: (changed: string) => ({ ...evidence, plans: new Map(evidence.plans).set(id, changed) }),
    })),
    ...[...evidence.archive].map(([seq, text]) => ({
      text,
      put: (changed: string) => ({
        ...evidence,
        archive: new Map(evidence.archive).set(seq, changed),
      }),
    })),
    { text: evidence.bindings ?? "", put: (bindings) => ({ ...evidence, bindings }) },
  ];
}

Deno.test("any single byte that is changed, put in or taken out is found", () => {
  for (const [evidence, numRuns] of [[SHORT.evidence(), 1500], [LONG.evidence(), 150]] as const) {
    const all = places(evidence);
    fc.assert(
      fc.property(
        fc.nat(all.length - 1),
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        fc.integer({ min: 0x20, max: 0x7e }),
        fc.constantFrom("replace", "insert", "remove"),
        (place, at, code, how) => {
          const { text, put } = all[place]!;
          const index = Math.floor(at * text.length);
          const char = how === "remove" ? "" : String.fromCharCode(code);
          const rest = text.slice(index + (how === "insert" ? 0 : 1));
          const changed = text.slice(0, index) + char + rest;
          fc.pre(changed !== text);
          assertNotEquals(codes(put(changed)), []);
        },
      ),
      { numRuns },
    );
  }
});

/** A value with one change in it, and where that is. */
interface Mutation {
  readonly path: string;
  readonly changed: unknown;
}

/** Every place in a value, each with something else there, or nothing. */
function* mutations(value: unknown, path = ""): Generator<Mutation> {
  if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) {
      const here = `${path}/${index}`;
      yield { path: here, changed: value.filter((_, i) => i !== index) };
      yield { path: here, changed: [...value.slice(0, index), item, ...value.slice(index)] };
      for (const { path, changed } of mutations(item, here)) {
        yield { path, changed: value.map((other, i) => i === index ? changed : other) };
      }
    }
    return;
  }
  if (typeof value === "object" && value !== null) {
    for (const [name, member] of Object.entries(value)) {
      const here = `${path}/${name}`;
      const without = Object.entries(value).filter(([other]) => other !== name);
      yield { path: here, changed: Object.fromEntries(without) };
      for (const { path, changed } of mutations(member, here)) {
        yield { path, changed: { ...value, [name]: changed } };
      }
    }
    yield { path: `${path}/another`, changed: { ...value, another: 1 } };
    return;
  }
  const other = typeof value === "number" ? value + 1 : `${value}x`;
  yield { path, changed: typeof value === "boolean" ? !value : OTHER_MODE[String(value)] ?? other };
}

const OTHER_MODE: Readonly<Record<string, string>> = { strict: "dev", dev: "strict" };

Deno.test("any member that is changed, added or removed is found, though the JSON is well formed", () => {
  const evidence = SHORT.evidence();
  assertEquals(codes(evidence), []);
  let tried = 0;
  for (const { text, put } of places(evidence)) {
    for (const { changed } of mutations(JSON.parse(text))) {
      const written = JSON.stringify(changed);
      if (written === text) continue;
      assertNotEquals(codes(put(written)), [], written.slice(0, 2000));
      tried++;
    }
  }
  assert(tried > 500);
});

Deno.test("any change of the record is found though it is sealed again, but for what is listed here", () => {
  const evidence = SHORT.evidence();
  const { seal: _seal, ...record } = JSON.parse(evidence.record ?? "");
  const quiet = new Set<string>();
  for (const { path, changed } of mutations(record)) {
    assert(typeof changed === "object" && changed !== null);
    const report = verifyEvidence({ ...evidence, record: sealedText(changed) });
    // A member that Trellis does not know is read by nobody.
    if (report.findings.length === 0 && !path.endsWith("/another")) quiet.add(path);
  }
  assertEquals([...quiet].sort(), [
    // The last decision, whose plan is then one of a process that was ended before it could ask.
    "/history/3",
    // Nothing else repeats when the last reconcile was, and when the bucket was made that it bound.
    "/materialized/at",
    "/materialized/buckets/kv/orders/created",
    // The plan that waits, which then is the same.
    "/pending",
    // A bucket that was to be deleted may be.
    "/retired/0",
  ]);
  const { pending: _pending, ...asleep } = record;
  const { notes } = verifyEvidence({ ...evidence, record: sealedText(asleep) });
  assert(notes.some((note) => note.includes("no decision is about plan")));
});

Deno.test("what another reconcile could have left is found where a decision says otherwise", () => {
  const record = SHORT.record!;
  const { materialized, ...without } = record;
  const { bindings, ...evidence } = SHORT.evidence();
  assert(materialized !== undefined && bindings !== undefined);
  const sealed = (changed: AuthorityRecord, told?: string) =>
    codes({ ...evidence, bindings: told, record: sealedText(changed) });
  assertEquals(sealed(without), ["materialized.differs"]);
  const elsewhere = (text: string) => text.replaceAll("svc_orders_service_orders", "svc_other_a");
  const moved = JSON.parse(elsewhere(JSON.stringify(materialized)));
  assertEquals(sealed({ ...record, materialized: moved }, elsewhere(bindings)), [
    "materialized.differs",
  ]);
});

Deno.test("what accepting alone leaves, and a mode without any decision, are reported as not known", () => {
  const recorded = new RecordedDeployment();
  recorded.propose(kvNeeds({ orders: {} }));
  const notes = () => {
    const report = verifyEvidence(recorded.evidence());
    assertEquals(report.findings, []);
    return report.notes;
  };
  assertEquals(notes(), ["nothing was decided yet, so no decision vouches for strict authority"]);
  recorded.decide();
  assertEquals(notes(), [
    "what was accepted was not reconciled yet, or somebody took out what tells of it",
  ]);
  recorded.materialize();
  assertEquals(notes(), []);
});

Deno.test("plans that decisions were taken from are found, and one of an ended process is reported", () => {
  const before = new RecordedDeployment();
  before.propose(kvNeeds({ orders: {} }));
  const left = [before.pending!];
  before.decide();
  before.propose(kvNeeds({ orders: {}, carts: {} }));
  left.push(before.pending!);
  const anew = new RecordedDeployment();
  for (let i = 0; i < 9; i++) anew.now();
  anew.propose(kvNeeds({ orders: {} }));
  anew.decide();
  const withPlans = (plans: readonly Plan[]) => {
    const all = new Map([...plans, ...anew.plans.values()].map((plan) => [plan.id, plan]));
    return verifyRecord(anew.record!, all);
  };
  const orphaned = (plans: readonly Plan[]) =>
    withPlans(plans).findings.map(({ code, where }) => `${code} ${where}`);
  assertEquals(orphaned(left), left.map(({ id }) => `plan.orphaned plan ${id}`));
  assertEquals(orphaned(left.slice(0, 1)), []);
  assert(withPlans(left.slice(0, 1)).notes.some((note) => note.includes(left[0]!.id)));
  const later = { ...left[0]!, id: "01ZZZZZZZZZZZZZZZZZZZZZZZZ", baseVersion: 2 };
  assertEquals(orphaned([later]), [`plan.orphaned plan ${later.id}`]);
});

Deno.test("a text that is taken away is found: the record, a plan, an archived decision, the bindings", () => {
  const evidence = LONG.evidence();
  const without = <K>(map: ReadonlyMap<K, string>) =>
    [...map.keys()].map((key) => new Map([...map].filter(([other]) => other !== key)));
  assertEquals(codes({ ...evidence, record: undefined }), ["record.missing"]);
  const owner = { deployment: DEPLOYMENT, contract: "orders@v1", kind: "kv", alias: "x" } as const;
  const owned = [{ stream: "KV_x", deployment: DEPLOYMENT, owner }];
  const unknown = verifyEvidence(evidence, undefined, owned).findings.map(({ code }) => code);
  assertEquals(unknown, ["bucket.unknown"]);
  assertEquals(codes({ ...evidence, bindings: undefined }), ["bindings.differ"]);
  for (const plans of without(evidence.plans)) {
    assert(codes({ ...evidence, plans }).includes("plan.missing"));
  }
  for (const archive of without(evidence.archive)) {
    assert(codes({ ...evidence, archive }).includes("archive.missing"));
  }
});

Deno.test("changes by a writer who seals the record again are found by the history", () => {
  const record = LONG.record!;
  const sealed = (changed: AuthorityRecord) =>
    codes({ ...LONG.evidence(), record: sealedText(changed) });
  const { desired } = record;
  assert(desired !== undefined);
  const grown = { ...desired.needs, surfaces: { "rpc.v1.X": SURFACE } };
  assertEquals(sealed({ ...record, desired: { ...desired, needs: grown } }), ["desired.differs"]);
  assertEquals(
    sealed({ ...record, desired: { ...desired, digests: [...desired.digests, "evil"] } }),
    ["desired.differs"],
  );
  assert(sealed({ ...record, desired: { ...desired, version: 99 } }).includes("desired.differs"));
  assert(sealed({ ...record, retired: [] }).includes("retired.differs"));
  const [first] = record.retired;
  assert(first !== undefined);
  const other = { ...first, alias: "kept", name: "svc_orders_service_kept" };
  assert(sealed({ ...record, retired: [...record.retired, other] }).includes("retired.differs"));
  assert(sealed({ ...record, history: record.history.slice(0, -1) }).length > 0);
  assert(sealed({ ...record, history: record.history.slice(1) }).includes("chain.broken"));
  assert(sealed({ ...record, history: record.history.toReversed() }).includes("chain.broken"));
  const last = record.history.at(-1)!;
  const forged: Decision = { ...last, by: "somebody else" };
  const history = [...record.history.slice(0, -1), forged];
  assertEquals(sealed({ ...record, history }), ["decision.changed"]);
});

const SURFACE = { kind: "rpc", name: "X", schemas: {}, errors: [], capabilities: {} };

Deno.test("a history that was written again from the beginning is found by a hash kept elsewhere", () => {
  const genuine = new RecordedDeployment();
  genuine.propose(kvNeeds({ orders: {} }));
  genuine.decide();
  const kept = verifyEvidence(genuine.evidence()).head!;
  genuine.propose(kvNeeds({ orders: {}, carts: {} }));
  genuine.decide();
  assertEquals(verifyEvidence(genuine.evidence(), kept).findings, []);
  const forged = new RecordedDeployment();
  forged.propose(kvNeeds({ orders: {} }));
  forged.decide({ by: "nobody" });
  assertEquals(verifyEvidence(forged.evidence()).findings, []);
  const found = verifyEvidence(forged.evidence(), kept).findings.map(({ code }) => code);
  assertEquals(found, ["expected.missing"]);
});

/** The record as somebody leaves it who takes out all that chains it. */
function unchained(record: AuthorityRecord): AuthorityRecord {
  const { pending, ...rest } = record;
  const history = record.history.map(
    ({ seq: _, previous: _p, hash: _h, planDigest: _d, ...one }: Decision) => ({
      ...one,
      by: "somebody",
      reason: "forged",
    }),
  );
  if (pending === undefined) return { ...rest, history };
  const { planDigest: _digest, ...waiting } = pending;
  return { ...rest, history, pending: waiting };
}

Deno.test("a history without its chain does not verify, with or without a seal", () => {
  for (const { record, evidence } of [{ record: SHORT.record!, evidence: SHORT.evidence() }]) {
    for (const written of [sealedText, JSON.stringify]) {
      const report = verifyEvidence({ ...evidence, record: written(unchained(record)) });
      const broken = report.findings.filter(({ code }) => code === "chain.broken");
      assertEquals(broken.length, record.history.length);
    }
    const unsealed = { ...evidence, record: JSON.stringify(record) };
    assertEquals(codes(unsealed), ["record.changed"]);
  }
  // Nor does what is decided on top of it later.
  const recorded = shortHistory();
  recorded.record = unchained(recorded.record!);
  recorded.decide();
  assert(codes(recorded.evidence()).includes("chain.broken"));
});

Deno.test("decisions that cannot have happened are found, even with all hashes right", () => {
  const recorded = new RecordedDeployment();
  recorded.propose(kvNeeds({ orders: { history: 5 } }));
  recorded.decide();
  recorded.propose(kvNeeds({ orders: {} }));
  recorded.decide();
  const forge = (change: (history: Decision[]) => void): readonly string[] => {
    const history = recorded.record!.history.map((one) => ({ ...one }));
    change(history);
    let previous = "";
    const chained = history.map((one) => {
      const next = { ...one, previous };
      previous = decisionHash(next);
      return { ...next, hash: previous };
    });
    return verifyRecord({ ...recorded.record!, history: chained }, recorded.plans).findings
      .map(({ code }) => code);
  };
  assertEquals(forge(() => {}), []);
  const change = (index: number, members: Partial<Decision>) => (history: Decision[]) => {
    history[index] = { ...history[index]!, ...members };
  };
  assert(forge(change(1, { acknowledgement: "" })).includes("decision.impossible"));
  assert(forge(change(1, { version: 7 })).includes("decision.impossible"));
  assert(forge(change(1, { outcome: "rejected", version: 1 })).includes("desired.differs"));
  const twice = recorded.record!.history[0]!.planId;
  assert(forge(change(1, { planId: twice })).includes("decision.impossible"));
});
