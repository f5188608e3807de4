import { isPrincipalId, type PrincipalKind } from "../../contracts/identity/caller.ts";
import { isDeploymentName } from "../../contracts/manifest/names.ts";
import { deploymentToken } from "../../contracts/stored/authority_records.ts";

/** What can hold capabilities. An admin may do everything without any. */
export const HOLDER_KINDS = [
  "user",
  "device",
  "agent",
  "service",
  "group",
] as const satisfies readonly (Exclude<PrincipalKind, "admin"> | "group")[];

/** Who holds capabilities: a principal, or a group that principals are given. */
export interface Holder {
  /** What it is. */
  readonly kind: typeof HOLDER_KINDS[number];
  /** A principal's id, or the name of a group. */
  readonly id: string;
}

/** Reads `user:ada`; a service goes by its deployment. Undefined when the text names no holder. */
export function parseHolder(text: string): Holder | undefined {
  const colon = text.indexOf(":");
  const kind = HOLDER_KINDS.find((known) => known === text.slice(0, colon));
  const name = text.slice(colon + 1);
  if (kind === undefined) return undefined;
  const id = kind === "service" && isDeploymentName(name) ? deploymentToken(name) : name;
  return isPrincipalId(id) ? { kind, id } : undefined;
}

/** `user:ada`. */
export function holderText({ kind, id }: Holder): string {
  return `${kind}:${id}`;
}
