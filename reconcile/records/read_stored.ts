import { isRecord } from "../../contracts/json/json.ts";
import { newerFormat } from "../../contracts/json/newer_format.ts";
import { err, ok, type Result } from "../../contracts/result.ts";
import type { ResourcePolicy, StoredPolicy } from "../resources/policy.ts";
import type { AuthorityRecord, Decision, Plan, SurfaceClaim } from "./authority_record.ts";
import { claimShape, decisionShape, planShape, policyShape, recordShape } from "./record_shape.ts";
import { sealState } from "./sealed_text.ts";
import type { StoredShape } from "./stored_shape.ts";

/** Why a stored text is not used. */
export interface StoredFault {
  readonly kind:
    /** No JSON, or members missing or of the wrong type. */
    | "unreadable"
    /** A newer Trellis wrote it. */
    | "newer"
    /** It was changed by something other than Trellis. */
    | "changed";
  /** Where and what, as `/history/3/by is not a text`. */
  readonly detail: string;
}

/** Longer texts are refused unread: no record of ours is so large, and reading them takes long. */
export const MAX_STORED_LENGTH = 4 * 1024 * 1024;

/** Reads the stored record of a deployment. */
export function readRecord(
  text: string,
  deployment: string,
): Result<AuthorityRecord, StoredFault> {
  const read = readSealed(text, "trellis.authority.v1", recordShape);
  if (read.isErr()) return err(read.error);
  const { value, sealed } = read.value;
  // The shape says that it is one.
  const record = value as object as AuthorityRecord;
  if (record.deployment !== deployment) {
    return unreadable(`/deployment is ${record.deployment.slice(0, 60)}, not ${deployment}`);
  }
  if (!sealed && isChained(record)) return changed("its seal is missing");
  return ok(record);
}

/** Reads a stored plan of a deployment. */
export function readPlan(
  text: string,
  deployment: string,
  id: string,
): Result<Plan, StoredFault> {
  const read = readSealed(text, "trellis.plan.v1", planShape);
  if (read.isErr()) return err(read.error);
  const plan = read.value.value as object as Plan;
  if (plan.id !== id) return unreadable(`/id is ${plan.id.slice(0, 60)}, not ${id}`);
  if (plan.deployment !== deployment) {
    return unreadable(`/deployment is ${plan.deployment.slice(0, 60)}, not ${deployment}`);
  }
  return ok(plan);
}

/** Reads a decision that was moved out of its record. */
export function readDecision(text: string): Result<Decision, StoredFault> {
  return readSealed(text, undefined, decisionShape)
    .map(({ value }) => value as object as Decision);
}

/** Reads who claims a surface. */
export function readClaim(text: string): Result<SurfaceClaim, StoredFault> {
  return readSealed(text, "trellis.surface.v1", claimShape)
    .map(({ value }) => value as object as SurfaceClaim);
}

/** Reads the platform's policy. */
export function readPolicy(text: string): Result<ResourcePolicy, StoredFault> {
  return readSealed(text, "trellis.policy.v2", policyShape).map(({ value }) => {
    const { limits, layout } = value as object as StoredPolicy;
    return { ...limits, ...layout };
  });
}

function readSealed(
  text: string,
  format: `trellis.${string}.v${number}` | undefined,
  shape: StoredShape,
): Result<{ value: Readonly<Record<string, unknown>>; sealed: boolean }, StoredFault> {
  if (text.length > MAX_STORED_LENGTH) return unreadable("it is larger than any record");
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return unreadable("it is not JSON");
  }
  if (!isRecord(parsed)) return unreadable("it is not an object");
  const { seal, sealedBy: _by, sealSignature: _signature, ...value } = parsed;
  const newer = format === undefined ? undefined : newerFormat(value, format);
  if (newer !== undefined) return err({ kind: "newer", detail: `its format is ${newer}` });
  const wrong = shape(value);
  if (wrong !== undefined) {
    return unreadable(`${wrong.startsWith("/") ? "" : "it"}${wrong}`.slice(0, 300));
  }
  const sealed = sealState(text) === "whole";
  if (!sealed && seal !== undefined) return changed("its seal is broken");
  return ok({ value, sealed });
}

/** A record that has what only those have that are stored with a seal. */
function isChained({ pending, history, archived }: AuthorityRecord): boolean {
  return pending?.planDigest !== undefined || archived !== undefined ||
    history.some(({ hash }) => hash !== undefined);
}

function unreadable(detail: string) {
  return err<StoredFault>({ kind: "unreadable", detail });
}

function changed(detail: string) {
  return err<StoredFault>({ kind: "changed", detail });
}
