import { canonicalJson } from "../../contracts/json/canonical_json.ts";
import { isRecord } from "../../contracts/json/json.ts";
import type { Evidence } from "../records/record_store.ts";
import type { OwnedStream } from "../resources/owned_streams.ts";
import { MAX_STORED_LENGTH, readDecision, readPlan, readRecord } from "../records/read_stored.ts";
import type { AuthorityRecord, Decision, Plan } from "../records/authority_record.ts";
import { recordShape } from "../records/record_shape.ts";
import { decisionChain, recordContext } from "../records/history_chain.ts";
import { sealSignature, sealState } from "../records/sealed_text.ts";
import { signatureState, type TrustedKeys } from "../records/trusted_keys.ts";
import { replay } from "./replay.ts";
import { verifyChain } from "./verify_chain.ts";
import { verifyOwned, verifyUnrecorded } from "./verify_owned.ts";
import { verifyState } from "./verify_state.ts";
import type { Find, Finding, VerifyReport } from "./verify_report.ts";

export type { Finding, FindingCode, VerifyReport } from "./verify_report.ts";

/** What stored things are checked against. */
export interface VerifyRules {
  /** Whose signatures count; undefined where nobody's key is known. */
  readonly trusted?: TrustedKeys | undefined;
  /** Hash of the last decision that is older than signatures are. */
  readonly unsignedThrough?: string | undefined;
  /** The streams that say that they are the deployment's. */
  readonly owned?: readonly OwnedStream[];
}

/**
 * Checks everything that is stored of a deployment: each decision is signed by whoever made it, each plan
 * is as it was decided, and the record is signed by whoever wrote it last and says what the decisions lead
 * to. Where nobody's key is known it finds only what was changed without knowing how Trellis writes.
 */
export function verifyEvidence(
  evidence: Evidence,
  { trusted, unsignedThrough, owned = [] }: VerifyRules = {},
): VerifyReport {
  const { deployment } = evidence;
  const findings: Finding[] = [];
  const notes: string[] = [];
  const find: Find = (code, where, message) => findings.push({ code, where, message });
  const plans = readPlans(evidence, find);
  const record = readDamagedRecord(evidence, find);
  if (record === undefined) {
    if (evidence.record === undefined) verifyUnrecorded(owned, find);
    return { deployment, version: 0, hashes: [], signedFrom: undefined, findings, notes };
  }
  const archived = readArchive(evidence, record, find);
  const history = [...archived, ...record.history];
  const chain = verifyChain(history, {
    chain: decisionChain(deployment),
    noun: "decision",
    changed: "decision.changed",
    trusted,
    unsignedThrough,
    at: ({ at }) => at,
  }, find);
  verifySeal(evidence, history.some(({ signedBy }) => signedBy !== undefined), trusted, find);
  // Of a plan that cannot be read that has been told already.
  const findUntold: Find = (code, where, message) => {
    if (code !== "plan.missing" || !plans.unreadable.has(where)) find(code, where, message);
  };
  const replayed = replay(history, plans.readable, findUntold);
  verifyState(record, plans.readable, replayed, findUntold, (message) => notes.push(message));
  verifyBindings(evidence, record, find);
  verifyOwned(owned, replayed, find);
  return { deployment, version: replayed.version, ...chain, findings, notes };
}

/** The record is signed by whoever wrote it last, as soon as one of its decisions is. */
function verifySeal(
  { record = "", deployment }: Evidence,
  isSigned: boolean,
  trusted: TrustedKeys | undefined,
  find: Find,
): void {
  const { by, digest } = sealSignature(record);
  switch (signatureState(by, recordContext(deployment), digest, trusted)) {
    case "missing":
      return isSigned ? find("signature.missing", "record", UNSIGNED) : undefined;
    case "foreign":
      return find(
        "signature.foreign",
        "record",
        `${by.signedBy} wrote it, whom nobody vouches for`,
      );
    case "wrong":
      return find("signature.wrong", "record", `${by.signedBy} did not write it so`);
  }
}

const NO_SEAL = "its seal is missing";
const UNSIGNED = "whoever wrote it last has not signed it, though decisions are signed";

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
    if (sealState(text) === "none") find("record.changed", "record", NO_SEAL);
    return read.value;
  }
  const { kind, detail } = read.error;
  find(`record.${kind}`, "record", detail);
  if (kind !== "changed" || text.length > MAX_STORED_LENGTH) return undefined;
  const parsed: unknown = JSON.parse(text);
  if (!isRecord(parsed)) return undefined;
  const { seal: _seal, sealedBy: _by, sealSignature: _signature, ...value } = parsed;
  // The shape says that it is one.
  return recordShape(value) === undefined ? value as object as AuthorityRecord : undefined;
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
      if (sealState(text) === "none") find("plan.changed", `plan ${id}`, NO_SEAL);
      continue;
    }
    const { kind, detail } = plan.error;
    unreadable.add(`plan ${id}`);
    find(kind === "changed" ? "plan.changed" : "plan.unreadable", `plan ${id}`, detail);
  }
  return { readable, unreadable };
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
    if (decision.isOk() && sealState(text) === "whole") continue;
    find("archive.changed", `decision ${seq}`, decision.isErr() ? decision.error.detail : NO_SEAL);
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
