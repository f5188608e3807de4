import { assert, assertEquals, assertNotEquals } from "@std/assert";
import fc from "fast-check";
import { digestJson } from "../../contracts/json/digest.ts";
import { KeyPair } from "../../contracts/identity/key_pair.ts";
import { chained } from "../records/chain.ts";
import { decisionChain, recordContext } from "../records/history_chain.ts";
import type { Evidence } from "../records/record_store.ts";
import type { AuthorityRecord, Decision, Plan } from "../records/authority_record.ts";
import { sealedText } from "../records/sealed_text.ts";
import { verifyEvidence } from "./verify_evidence.ts";
import { kvNeeds, type KvSettings } from "../../tests/support/kv_contract.ts";
import { DEPLOYMENT, RecordedDeployment } from "../../tests/support/recorded_deployment.ts";
import { runsOf } from "../../tests/support/random/runs.ts";

const KEY = KeyPair.generate("user");
const OTHER = KeyPair.generate("user");
const TRUST = { trusted: new Map([[KEY.publicKey, { name: "the admin" }]]) };

function codes(evidence: Evidence): readonly string[] {
  return verifyEvidence(evidence, TRUST).findings.map(({ code }) => code);
}

/** One with every kind of decision, older decisions outside the record, and a pending plan. */
function longHistory(): RecordedDeployment {
  const recorded = new RecordedDeployment(KEY);
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
  const recorded = new RecordedDeployment(KEY);
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
  const report = verifyEvidence(LONG.evidence(), TRUST);
  assertEquals(report.findings, []);
  assertEquals(report.notes, []);
  assert((LONG.record?.archived ?? 0) > 50);
  assertEquals(report.hashes.at(-1), LONG.record?.history.at(-1)?.hash);
  assertEquals(report.signedFrom, 1);
  assertEquals(report.hashes.length, (LONG.record?.archived ?? 0) + LONG.record!.history.length);
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
      const recorded = new RecordedDeployment(KEY);
      recorded.propose(kvNeeds({ orders: {} }));
      for (const step of all) {
        try {
          act(recorded, step);
        } catch (error) {
          // Asking again for what is being deleted is refused, and changes nothing.
          assertEquals((error as { code?: string }).code, "deletion_unfinished");
        }
      }
      const report = verifyEvidence(recorded.evidence(), TRUST);
      assertEquals(report.findings, []);
      const unknown = /^(nothing was decided yet|what was accepted was not reconciled yet)/;
      assertEquals(report.notes.filter((note) => !unknown.test(note)), []);
    }),
    { numRuns: runsOf(150) },
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
  for (const [evidence, runs] of [[SHORT.evidence(), 400], [LONG.evidence(), 16]] as const) {
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
      { numRuns: runsOf(runs) },
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

Deno.test("any change of the record is found though it is sealed again, with another key or none", () => {
  const evidence = SHORT.evidence();
  const { seal: _seal, sealedBy: _by, sealSignature: _signature, ...record } = JSON.parse(
    evidence.record ?? "",
  );
  const context = recordContext(DEPLOYMENT);
  for (const { changed } of mutations(record)) {
    assert(typeof changed === "object" && changed !== null);
    const unsigned = codes({ ...evidence, record: sealedText(changed) });
    assert(unsigned.some((code) => /^(signature|record)[.]/.test(code)));
    const foreign = codes({ ...evidence, record: sealedText(changed, { signer: OTHER, context }) });
    assert(foreign.some((code) => /^(signature.foreign|record[.])/.test(code)));
  }
  const elsewhere = sealedText(record, { signer: KEY, context: recordContext("carts") });
  assertEquals(codes({ ...evidence, record: elsewhere }), ["signature.wrong"]);
});

Deno.test("a record that does not follow from its decisions is found, whoever has signed it", () => {
  const record = SHORT.record!;
  const signed = (changed: object) => codes({ ...SHORT.evidence(), record: SHORT.sealed(changed) });
  assertEquals(signed(record), []);
  const { materialized, desired, ...rest } = record;
  assert(materialized !== undefined && desired !== undefined);
  assertEquals(signed({ ...rest, desired }), ["materialized.differs", "bindings.differ"]);
  assertEquals(signed({ ...record, materialized: { ...materialized, version: 9 } }), [
    "materialized.differs",
    "materialized.differs",
  ]);
  assertEquals(signed({ ...rest, materialized }), ["desired.differs"]);
  assertEquals(signed({ ...record, mode: "dev" }), ["mode.differs"]);
  for (const forged of [{ digests: ["evil"] }, { planId: "other" }, { rollbackTo: 1 }]) {
    assertEquals(signed({ ...record, desired: { ...desired, ...forged } }), ["desired.differs"]);
  }
  const grown = { ...desired.needs, surfaces: { "rpc.v1.X": SURFACE } };
  assertEquals(signed({ ...record, desired: { ...desired, needs: grown } }), ["desired.differs"]);
  assertEquals(signed({ ...record, pending: { ...record.pending, digest: "evil" } }), [
    "pending.differs",
  ]);
});

/** The history of {@link SHORT} after a change, with every hash right, and signed where a key is given. */
function rewritten(
  change: (history: readonly Decision[]) => readonly Decision[],
  signer?: KeyPair,
): readonly string[] {
  const history: Decision[] = [];
  for (const [index, decision] of change(SHORT.record!.history).entries()) {
    const { hash: _hash, signature: _signature, signedBy: _by, ...draft } = decision;
    const place = { seq: index + 1, previous: history.at(-1)?.hash ?? "" };
    history.push(chained(draft, place, decisionChain(DEPLOYMENT), signer));
  }
  const { findings } = verifyEvidence(
    { ...SHORT.evidence(), record: SHORT.sealed({ ...SHORT.record, history }) },
    TRUST,
  );
  return findings.map(({ code, where }) => `${code} ${where}`);
}

Deno.test("decisions that were changed, removed, inserted or put in another order are named", () => {
  const record = SHORT.record!;
  const { history } = record;
  const found = (changed: readonly Decision[]) =>
    verifyEvidence(
      { ...SHORT.evidence(), record: SHORT.sealed({ ...record, history: changed }) },
      TRUST,
    ).findings.map(({ code, where }) => `${code} ${where}`);
  assertEquals(found(history), []);
  const forged = history.map((one, i) => i === 1 ? { ...one, by: "somebody else" } : one);
  assertEquals(found(forged), ["decision.changed decision 2"]);
  assert(found(history.slice(1)).includes("chain.broken decision 1"));
  assert(found([...history.slice(0, 1), ...history.slice(2)]).includes("chain.broken decision 2"));
  const shorter = SHORT.sealed({ ...record, history: history.slice(0, -1) });
  const { notes } = verifyEvidence({ ...SHORT.evidence(), record: shorter }, TRUST);
  assert(notes.some((note) => note.includes("no decision is about plan")));
  assert(found([...history, history[0]!]).includes(`chain.broken decision ${history.length + 1}`));
  assert(found(history.toReversed()).includes("chain.broken decision 1"));
  const last = history.length;
  assertEquals(rewritten((all) => all, KEY), []);
  assertEquals(rewritten((all) => all), [`signature.missing decision 1 to ${last}`]);
  const foreign = rewritten((all) => all, OTHER);
  assertEquals(foreign.length, last);
  assert(foreign.every((one) => one.startsWith("signature.foreign decision")));
});

Deno.test("what was decided before there were signatures may be unsigned, and nothing later", () => {
  const recorded = new RecordedDeployment();
  recorded.propose(kvNeeds({ orders: {} }));
  recorded.decide();
  const unsignedThrough = recorded.record?.history.at(-1)?.hash;
  const verify = (through?: string) => {
    const { findings, signedFrom } = verifyEvidence(recorded.evidence(), {
      ...TRUST,
      unsignedThrough: through,
    });
    return { found: findings.map(({ code, where }) => `${code} ${where}`), signedFrom };
  };
  assertEquals(verify(unsignedThrough), { found: [], signedFrom: undefined });
  assertEquals(verify().found, ["signature.missing decision 1"]);
  recorded.signer = KEY;
  recorded.propose(kvNeeds({ orders: {}, carts: {} }));
  recorded.decide();
  assertEquals(verify(unsignedThrough), { found: [], signedFrom: 2 });
  // Somebody without a key goes on: an unsigned tail.
  recorded.signer = undefined;
  recorded.propose(kvNeeds({ orders: {} }));
  recorded.decide();
  assertEquals(verify(unsignedThrough), {
    found: ["signature.missing decision 3", "signature.missing record"],
    signedFrom: undefined,
  });
});

Deno.test("the key of an admin who was revoked counts for what is older", () => {
  const until = (at: string) => ({
    trusted: new Map([[KEY.publicKey, { name: "admin:eve", until: at }]]),
  });
  const found = (at: string) =>
    verifyEvidence(SHORT.evidence(), until(at)).findings.map(({ code }) => code);
  assertEquals(found("2031"), []);
  assertEquals(new Set(found("2029")), new Set(["signature.foreign"]));
});

Deno.test("what accepting alone leaves, and a mode without any decision, are reported as not known", () => {
  const recorded = new RecordedDeployment(KEY);
  recorded.propose(kvNeeds({ orders: {} }));
  const notes = () => {
    const report = verifyEvidence(recorded.evidence(), TRUST);
    assertEquals(report.findings, []);
    return report.notes;
  };
  assertEquals(notes(), ["nothing was decided yet, so no decision vouches for strict authority"]);
  recorded.decide();
  assertEquals(notes(), [
    "what was accepted was not reconciled yet",
  ]);
  recorded.materialize();
  assertEquals(notes(), []);
});

Deno.test("plans that decisions were taken from are found, and one of an ended process is reported", () => {
  const before = new RecordedDeployment(KEY);
  before.propose(kvNeeds({ orders: {} }));
  const left = [before.pending!];
  before.decide();
  before.propose(kvNeeds({ orders: {}, carts: {} }));
  left.push(before.pending!);
  const anew = new RecordedDeployment(KEY);
  for (let i = 0; i < 9; i++) anew.now();
  anew.propose(kvNeeds({ orders: {} }));
  anew.decide();
  const withPlans = (plans: readonly Plan[]) => {
    const all = new Map([...plans, ...anew.plans.values()].map((plan) => [plan.id, plan]));
    const sealed = new Map([...all].map(([id, plan]) => [id, sealedText(plan)]));
    return verifyEvidence({ ...anew.evidence(), plans: sealed }, TRUST);
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
  // One of nine, and the last: each takes a walk through the whole history.
  const without = <K>(map: ReadonlyMap<K, string>) =>
    [...map.keys()].filter((_, i) => i % 9 === 0 || i === map.size - 1)
      .map((key) => new Map([...map].filter(([other]) => other !== key)));
  assertEquals(codes({ ...evidence, record: undefined }), ["record.missing"]);
  const owner = { deployment: DEPLOYMENT, contract: "orders@v1", kind: "kv", alias: "x" } as const;
  const owned = [{ stream: "KV_x", deployment: DEPLOYMENT, owner }];
  const unknown = verifyEvidence(evidence, { ...TRUST, owned }).findings.map(({ code }) => code);
  assertEquals(unknown, ["bucket.unknown"]);
  assertEquals(codes({ ...evidence, bindings: undefined }), ["bindings.differ"]);
  for (const plans of without(evidence.plans)) {
    assert(codes({ ...evidence, plans }).includes("plan.missing"));
  }
  for (const archive of without(evidence.archive)) {
    assert(codes({ ...evidence, archive }).includes("archive.missing"));
  }
});

const SURFACE = { kind: "rpc", name: "X", schemas: {}, errors: [], capabilities: {} };

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
      const report = verifyEvidence({ ...evidence, record: written(unchained(record)) }, TRUST);
      const broken = report.findings.filter(({ code }) => code === "chain.broken");
      assertEquals(broken.length, record.history.length);
    }
    const unsealed = { ...evidence, record: JSON.stringify(record) };
    assertEquals(codes(unsealed), ["record.changed", "signature.missing"]);
  }
  // Nor does what is decided on top of it later.
  const recorded = shortHistory();
  recorded.record = unchained(recorded.record!);
  recorded.decide();
  assert(codes(recorded.evidence()).includes("chain.broken"));
});
