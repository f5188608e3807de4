import { canonicalJson } from "../../contracts/json/canonical_json.ts";
import { isRecord } from "../../contracts/json/json.ts";
import type { Evidence } from "../records/record_store.ts";
import type { OwnedStream } from "../resources/owned_streams.ts";
import { MAX_STORED_LENGTH, readDecision, readPlan, readRecord } from "../records/read_stored.ts";
import type { AuthorityRecord, Decision, Plan } from "../records/authority_record.ts";
import { recordShape } from "../records/record_shape.ts";
import { sealState } from "../records/sealed_text.ts";
import { verifyOwned, verifyUnrecorded } from "./verify_owned.ts";
import { verifyRecord } from "./verify_record.ts";
import type { Find, Finding, VerifyReport } from "./verify_report.ts";

export type { Finding, FindingCode, VerifyReport } from "./verify_report.ts";

/**
 * Checks everything that is stored of a deployment, byte for byte. It finds whatever was changed
 * afterwards by something that does not know how Trellis writes. Whoever rewrites the whole history,
 * with every hash in it, is found only with a hash that was kept elsewhere.
 *
 * What no decision says and nothing else repeats is vouched for by the seal alone, which has no key:
 * when something was reconciled, when a bound bucket was made, and what its problems are.
 *
 * @param expect a hash that was seen before; the history has to contain it still
 * @param owned the streams that say that they are the deployment's
 */
export function verifyEvidence(
  evidence: Evidence,
  expect?: string,
  owned: readonly OwnedStream[] = [],
): VerifyReport {
  const findings: Finding[] = [];
  const find: Find = (code, where, message) => findings.push({ code, where, message });
  const plans = readPlans(evidence, find);
  const record = readDamagedRecord(evidence, find);
  if (record === undefined) {
    if (evidence.record === undefined) verifyUnrecorded(owned, find);
    return { ...NOTHING, deployment: evidence.deployment, findings };
  }
  const archived = readArchive(evidence, record, find);
  const verified = verifyRecord(record, plans.readable, archived);
  verifySeals(evidence, plans.readable, find);
  // What cannot be read has been told already.
  const isTold = ({ code, where }: Finding) =>
    (code === "plan.missing" && plans.unreadable.has(where)) || code === "archive.missing";
  findings.push(...verified.findings.filter((finding) => !isTold(finding)));
  verifyBindings(evidence, record, find);
  verifyOwned(owned, verified.replayed, find);
  const history = [...archived, ...record.history];
  if (expect !== undefined && !history.some(({ hash }) => hash === expect)) {
    find("expected.missing", "record", `no decision has the hash ${expect.slice(0, 60)}`);
  }
  return {
    deployment: evidence.deployment,
    version: verified.replayed.version,
    decisions: history.length,
    head: history.at(-1)?.hash,
    findings,
    notes: verified.notes,
  };
}

const NOTHING = { version: 0, decisions: 0, head: undefined, notes: [] };

/** The record, also when it was changed, so that it can be told what was changed in it. */
function readDamagedRecord(
  { record: text, deployment }: Evidence,
  find: Find,
): AuthorityRecord | undefined {
  if (text === undefined) {
    find("record.missing", "record", "it is not there, though other things of the deployment are");
    return undefined;
  }
  const read = readRecord(text, deployment);
  if (read.isOk()) {
    if (sealState(text) === "none") find("record.changed", "record", "its seal is missing");
    return read.value;
  }
  const { kind, detail } = read.error;
  find(`record.${kind}`, "record", detail);
  if (kind !== "changed" || text.length > MAX_STORED_LENGTH) return undefined;
  const parsed: unknown = JSON.parse(text);
  if (!isRecord(parsed)) return undefined;
  const { seal: _seal, ...value } = parsed;
  // The shape says that it is one.
  return recordShape(value, "") === undefined ? value as object as AuthorityRecord : undefined;
}

function readPlans(
  { plans: texts, deployment }: Evidence,
  find: Find,
): { readable: ReadonlyMap<string, Plan>; unreadable: ReadonlySet<string> } {
  const readable = new Map<string, Plan>();
  const unreadable = new Set<string>();
  for (const [id, text] of texts) {
    const plan = readPlan(text, deployment, id);
    if (plan.isOk()) {
      readable.set(id, plan.value);
      continue;
    }
    const { kind, detail } = plan.error;
    unreadable.add(`plan ${id}`);
    find(kind === "changed" ? "plan.changed" : "plan.unreadable", `plan ${id}`, detail);
  }
  return { readable, unreadable };
}

/** Whatever Trellis writes has a seal. */
function verifySeals(
  { plans, archive }: Evidence,
  readable: ReadonlyMap<string, Plan>,
  find: Find,
): void {
  for (const [id, text] of plans) {
    if (readable.has(id) && sealState(text) === "none") {
      find("plan.changed", `plan ${id}`, "its seal is missing");
    }
  }
  for (const [seq, text] of archive) {
    if (sealState(text) === "none") {
      find("archive.changed", `decision ${seq}`, "its seal is missing");
    }
  }
}

function readArchive(
  { archive }: Evidence,
  { archived = 0, history }: AuthorityRecord,
  find: Find,
): readonly Decision[] {
  const decisions: Decision[] = [];
  for (let seq = 1; seq <= archived; seq++) {
    const text = archive.get(seq);
    if (text === undefined) {
      find("archive.missing", `decision ${seq}`, "it was moved out of the record, and is gone");
      continue;
    }
    const decision = readDecision(text);
    if (decision.isOk()) decisions.push(decision.value);
    else find("archive.changed", `decision ${seq}`, decision.error.detail);
  }
  for (const [seq, text] of archive) {
    if (seq <= archived) continue;
    // A process that was ended while it moved decisions leaves copies of those in the record.
    const original = history[seq - archived - 1];
    const copy = readDecision(text);
    const isCopy = copy.isOk() && original !== undefined &&
      canonicalJson(copy.value) === canonicalJson(original);
    if (!isCopy) find("archive.changed", `decision ${seq}`, "it is not the one in the record");
  }
  return decisions;
}

function verifyBindings(
  { bindings: text }: Evidence,
  { materialized }: AuthorityRecord,
  find: Find,
): void {
  if (materialized === undefined) {
    if (text === undefined) return;
    const message = "services are told of them, and the record of none; reconcile, then look again";
    return find("bindings.differ", "bindings", message);
  }
  if (text === JSON.stringify(materialized.bindings)) return;
  find(
    "bindings.differ",
    "bindings",
    text === undefined
      ? "they are not there, though the deployment was reconciled"
      : "services are told something else than the record says; reconcile, then look again",
  );
}
