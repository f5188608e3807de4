import type { Bindings } from "../contracts/bindings.ts";
import { isRecord } from "../contracts/json.ts";
import type { Change } from "./change.ts";
import type { Needs } from "./needs.ts";

/** Who decides about a deployment's changes. */
export type AuthorityMode = "strict" | "dev";

/** What happened to a plan. */
export type PlanState = "pending" | "accepted" | "rejected" | "superseded";

/** A proposed step from one accepted boundary to the next. Never changes once it is written. */
export interface Plan {
  readonly format: "trellis.plan.v1";
  /** ULID. */
  readonly id: string;
  readonly deployment: string;
  /** `update` when every change is safe, else `migration`. */
  readonly kind: "update" | "migration";
  /** Version of the desired state that the changes were derived from; 0: none. */
  readonly baseVersion: number;
  readonly createdAt: string;
  readonly changes: readonly Change[];
  /** Buckets that are not ours and that accepting takes over, by resource, as `kv/orders`. */
  readonly adopts?: Readonly<Record<string, AdoptedBucket>>;
  /** The version that the plan goes back to, for a rollback. */
  readonly rollbackTo?: number;
  /** What the deployment will have when the plan is accepted. */
  readonly needs: Needs;
}

/** A bucket that a person allows to be taken over; one made again since then is another. */
export interface AdoptedBucket {
  readonly name: string;
  /** When the bucket was made. */
  readonly created: string;
}

/** A decision on a plan, or its being superseded. */
export interface Decision {
  readonly planId: string;
  readonly outcome: Exclude<PlanState, "pending">;
  readonly at: string;
  /** Who decided: a person, or `trellis dev`. */
  readonly by: string;
  readonly reason?: string;
  readonly acknowledgement?: string;
  /** Retired resources whose data this decision deletes, as `kv/orders`. */
  readonly deleteData?: readonly string[];
  /** Version of the desired state after the decision. */
  readonly version: number;
}

/** What was accepted. */
export interface Desired {
  readonly version: number;
  readonly planId: string;
  readonly needs: Needs;
  /** Digests that may run: the accepted one, and earlier ones that only safe changes separate from it. */
  readonly digests: readonly string[];
  /** Buckets that were allowed to be taken over, by resource, as `kv/orders`. */
  readonly adopts?: Readonly<Record<string, AdoptedBucket>>;
}

/** Why a resource is not there. */
export interface ResourceProblem {
  /** As `kv/orders`. */
  readonly resource: string;
  readonly code: string;
  readonly message: string;
  readonly hint: string;
  /** Whether the next reconcile may succeed without anybody's doing. */
  readonly retryable: boolean;
}

/** What reconciliation made of the desired state. */
export interface Materialized {
  /** Version of the desired state that was reconciled. */
  readonly version: number;
  readonly state: "reconciled" | "pending";
  readonly problems: readonly ResourceProblem[];
  readonly at: string;
  readonly bindings: Bindings;
}

/** A resource that is no longer bound; its data is kept. */
export interface RetiredResource {
  readonly kind: "kv" | "store";
  readonly alias: string;
  readonly name: string;
  readonly at: string;
  /** The plan whose decision deletes its data; without it the data is kept. */
  readonly deletedBy?: string;
}

/** The authority of one deployment. Changes only by compare-and-set. */
export interface AuthorityRecord {
  readonly format: "trellis.authority.v1";
  readonly deployment: string;
  readonly mode: AuthorityMode;
  /** Who set the mode. */
  readonly modeBy: string;
  readonly pending?: { readonly planId: string; readonly digest: string };
  readonly desired?: Desired;
  readonly materialized?: Materialized;
  readonly retired: readonly RetiredResource[];
  /** Oldest first. */
  readonly history: readonly Decision[];
}

/** Reads a stored record; undefined when it is not one. */
export function parseRecord(value: unknown): AuthorityRecord | undefined {
  const ok = isRecord(value) && value.format === "trellis.authority.v1" &&
    typeof value.deployment === "string" && Array.isArray(value.history) &&
    Array.isArray(value.retired) && (value.mode === "strict" || value.mode === "dev") &&
    isDesired(value.desired);
  return ok ? value as object as AuthorityRecord : undefined;
}

/** Reads a stored plan; undefined when it is not one. */
export function parsePlan(value: unknown): Plan | undefined {
  const ok = isRecord(value) && value.format === "trellis.plan.v1" &&
    typeof value.id === "string" &&
    Array.isArray(value.changes) && isRecord(value.needs);
  return ok ? value as object as Plan : undefined;
}

function isDesired(value: unknown): boolean {
  return value === undefined || (isRecord(value) && typeof value.version === "number" &&
    isRecord(value.needs) && isRecord(value.needs.resources));
}

/** The state of a plan, as its deployment's record tells it. */
export function planState(record: AuthorityRecord, planId: string): PlanState {
  if (record.pending?.planId === planId) return "pending";
  return record.history.find((decision) => decision.planId === planId)?.outcome ?? "superseded";
}
