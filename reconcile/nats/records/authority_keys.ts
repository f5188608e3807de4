import { AUTHORITY_BUCKET, deploymentToken } from "../../../contracts/stored/authority_records.ts";

/** Key of a deployment's record; `*` for all. */
export function recordKey(deployment: string): string {
  return `deployment.${deploymentToken(deployment)}`;
}

/** Key of a plan; `*` for all of a deployment. */
export function planKey(deployment: string, id: string): string {
  return `plan.${deploymentToken(deployment)}.${id}`;
}

/** Key of a decision outside its record; `*` for all of a deployment. */
export function historyKey(deployment: string, seq: number | "*"): string {
  return `history.${deploymentToken(deployment)}.${seq}`;
}

/** Key of where the consumers of a deployment stand; nothing is decided by it, and it changes all the time. */
export function positionsKey(deployment: string): string {
  return `positions.${deploymentToken(deployment)}`;
}

/** Key of the platform's policy. */
export const POLICY_KEY = "policy";

/** The subject behind a key. */
export function subjectOf(key: string): string {
  return `$KV.${AUTHORITY_BUCKET}.${key}`;
}

/** The key behind a subject. */
export function keyOf(subject: string): string {
  return subject.slice(subjectOf("").length);
}

/** The deployment that a key is about; undefined for keys that are about something else. */
export function deploymentOf(key: string): string | undefined {
  const [kind = "", token] = key.split(".");
  return KINDS.includes(kind) ? token?.replaceAll("_", ".") : undefined;
}

const KINDS: readonly string[] = ["deployment", "plan", "history", "bindings"];
