import type { Bindings } from "../../contracts/stored/bindings.ts";
import type { BucketSettings } from "../resources/settings.ts";
import type { GrantComparison } from "../grants/compare_grants.ts";
import type { Change } from "../changes/change.ts";
import type { ConsumerSettings, WorkStreamSettings } from "../resources/work_streams.ts";
import type { Needs } from "../needs/need_types.ts";
import type { ResourceKind } from "../resources/kinds.ts";

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
  readonly adopts?: Readonly<Record<string, BucketIdentity>>;
  /** What instances may do once it is accepted, and what no more; missing in plans of older versions. */
  readonly permissions?: GrantComparison;
  /** The version that the plan goes back to, for a rollback. */
  readonly rollbackTo?: number;
  /** What the deployment will have when the plan is accepted. */
  readonly needs: Needs;
}

/** A bucket that a person allows to be taken over; one made again since then is another. */
export interface BucketIdentity {
  readonly name: string;
  /** When the bucket was made. */
  readonly created: string;
}

/** A decision on a plan, its being superseded, a contract's coming back in other words, or a mode. */
export interface Decision {
  /** Empty where the decision is about no plan: of a mode. */
  readonly planId: string;
  /**
   * What became of the plan; `refreshed`: another digest of the accepted contract, which asks for
   * nothing else, may run from now on; `mode`: who decides changed.
   */
  readonly outcome: Exclude<PlanState, "pending"> | "refreshed" | "mode";
  readonly at: string;
  /** Who decided: a person, or `trellis dev`. */
  readonly by: string;
  readonly reason?: string;
  readonly acknowledgement?: string;
  /**
   * Data that this decision deletes: `kv/orders` is the bucket that it retires itself, and
   * `kv/orders@svc_shop_orders` one that was retired before.
   */
  readonly deleteData?: readonly string[];
  /** Resources that were bound and are no longer asked for: `kv/orders` to the name of its bucket. */
  readonly retired?: Readonly<Record<string, string>>;
  /** When the buckets of those were made, where that is known. */
  readonly retiredCreated?: Readonly<Record<string, string>>;
  /** Digest of the contract that may run, of a refresh. */
  readonly digest?: string;
  /** Digest of the needs that stand in the record from now on, of a refresh. */
  readonly needsDigest?: string;
  /** Who decides from now on: of a mode, and of the first decision of all. */
  readonly mode?: AuthorityMode;
  /** Who said so. */
  readonly modeBy?: string;
  /** Version that was reconciled last; missing when none was. */
  readonly inForce?: number;
  /** Version of the desired state after the decision. */
  readonly version: number;
  /** Place in the whole history, from 1; a decision without this and what follows does not verify. */
  readonly seq?: number;
  /** Hash of the decision before this one; "" for the first. */
  readonly previous?: string;
  /** Digest of the plan as it was written. */
  readonly planDigest?: string;
  /** Public key of who signed: of a person, or of the process that decided on somebody's behalf. */
  readonly signedBy?: string;
  /** Digest of this decision without this member and the next one. */
  readonly hash?: string;
  /** Of the hash. */
  readonly signature?: string;
}

/** What was accepted. */
export interface Desired {
  readonly version: number;
  readonly planId: string;
  readonly needs: Needs;
  /** Digests that may run: the accepted one, and earlier ones that only safe changes separate from it. */
  readonly digests: readonly string[];
  /** The version that was gone back to: the next change waits for a person, in every mode. */
  readonly rollbackTo?: number;
  /** Buckets that were allowed to be taken over, by resource, as `kv/orders`. */
  readonly adopts?: Readonly<Record<string, BucketIdentity>>;
}

/** Why a resource is not there. */
export interface ResourceProblem {
  /** As `kv/orders`. */
  readonly resource: string;
  readonly code: string;
  readonly message: string;
  readonly hint: string;
  /** The command that the hint speaks of, as the words behind `trellis`. */
  readonly command?: readonly string[];
  /** Whether the next reconcile may succeed by itself. */
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
  /**
   * The bucket that each resource was bound to last, by resource, as `kv/orders`: also while it is
   * kept from it, so that data is never replaced by an empty bucket in silence. `settings` is what was
   * declared for it then, within the policy: another value in force was not set by a decision.
   */
  readonly buckets?: Readonly<
    Record<string, BucketIdentity & { readonly settings: BucketSettings }>
  >;
  /**
   * What stands on the server for groups, projections and relays, by kind and name there, as `group/mailer`:
   * as it was declared last, so that another value was set outside Trellis.
   */
  readonly work?: Readonly<Record<string, BoundWork>>;
}

/** What stands on the server for a group, a projection or a relay. */
export interface BoundWork {
  /** What it is declared as; a rename keeps its name on the server. */
  readonly alias: string;
  /** By name. */
  readonly streams: Readonly<Record<string, WorkStreamSettings>>;
  /** By stream and name, as `trellis_events/group__shop__mailer`. */
  readonly consumers: Readonly<Record<string, ConsumerSettings>>;
}

/** A resource that is no longer bound; its data is kept. */
export interface RetiredBucket {
  readonly kind: ResourceKind;
  readonly alias: string;
  readonly name: string;
  readonly at: string;
  /** When the bucket was made, where that is known. */
  readonly created?: string;
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
  readonly pending?: PendingPlan;
  readonly desired?: Desired;
  readonly materialized?: Materialized;
  readonly retired: readonly RetiredBucket[];
  /** How many older decisions are kept outside the record. */
  readonly archived?: number;
  /** Oldest first. */
  readonly history: readonly Decision[];
}

/** The plan that waits for a decision. */
export interface PendingPlan {
  readonly planId: string;
  /** Digest of the contract that asks. */
  readonly digest: string;
  /** Digest of the plan as it was written. */
  readonly planDigest?: string;
  /** Set when a person asked for it, and not a contract: no process accepts it by itself. */
  readonly requested?: {
    readonly by: string;
    /** Digest of the contract whose plan it took the place of. */
    readonly insteadOf?: string;
  };
}

/** Who is about to serve a surface, or does. Written before a plan with the surface is accepted. */
export interface SurfaceClaim {
  readonly format: "trellis.surface.v1";
  readonly subject: string;
  readonly deployment: string;
  readonly planId: string;
  readonly at: string;
}

/** The state of a plan, as its deployment's decisions say. */
export function planState(
  { pending, history }: Pick<AuthorityRecord, "pending" | "history">,
  planId: string,
): PlanState {
  if (pending?.planId === planId) return "pending";
  return decisionOn(history, planId)?.outcome ?? "superseded";
}

/** The decision on a plan, if there is one. */
export function decisionOn(
  history: readonly Decision[],
  planId: string,
): Decision & { readonly outcome: Exclude<PlanState, "pending"> } | undefined {
  for (const decision of history) {
    const { outcome } = decision;
    if (decision.planId !== planId || outcome === "refreshed" || outcome === "mode") continue;
    return { ...decision, outcome };
  }
  return undefined;
}
