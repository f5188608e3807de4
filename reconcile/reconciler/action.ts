import type { BucketSettings } from "../resources/settings.ts";
import type { FieldChange } from "../resources/bucket.ts";
import type { Owner } from "../resources/owner.ts";
import type { ExpectedState } from "../resources/buckets.ts";
import type { Subject } from "../resources/kinds.ts";
import type { WorkAction } from "../consumers/work_action.ts";
import { RESOURCE_RULES } from "../resources/resource_rules.ts";

/** What every action is about. */
interface OnSubject {
  readonly subject: Subject;
}

interface Write extends OnSubject {
  readonly owner: Owner;
  readonly settings: BucketSettings;
}

interface Rewrite extends Write {
  readonly expected: ExpectedState;
  readonly changes: readonly FieldChange[];
}

/** A new bucket is made, or what is missing of one. */
export interface CreateBucket extends Write {
  readonly kind: "create_bucket";
  /** True when the alias had a bucket that is gone, or a part of it, and its data with it. */
  readonly lost: boolean;
  /** Resource whose rename must succeed first, because the bucket with the plain name is its own. */
  readonly after?: string;
}

/** Settings follow a decision. */
export interface UpdateBucket extends Rewrite {
  readonly kind: "update_bucket";
}

/** A change that was made outside Trellis is undone. */
export interface RepairBucket extends Rewrite {
  readonly kind: "repair_bucket";
}

/** A bucket without an owner becomes the resource's own. */
export interface AdoptBucket extends Rewrite {
  readonly kind: "adopt_bucket";
}

/** A bucket goes over to the new name of its alias; its own name stays. */
export interface RenameBucket extends Rewrite {
  readonly kind: "rename_bucket";
  /** Alias that it had. */
  readonly from: string;
}

/** A bucket is no longer bound, and kept. Nothing is written to it. */
export interface RetireBucket extends OnSubject {
  readonly kind: "retire_bucket";
}

/** A retired bucket is deleted with its data, as a person decided. */
export interface DeleteBucket extends OnSubject {
  readonly kind: "delete_bucket";
  readonly expected: ExpectedState;
  /** The plan whose decision it is. */
  readonly by: string;
}

/** One step that leads from what the server has to the desired state. Each may be repeated. */
export type Action =
  | CreateBucket
  | UpdateBucket
  | RepairBucket
  | AdoptBucket
  | RenameBucket
  | RetireBucket
  | DeleteBucket;

/** One step of a reconcile. */
export type ReconcileAction = Action | WorkAction;

/** Words for an action that is under way, as `creating the bucket svc_orders_orders`. */
export function actionText(action: ReconcileAction): string {
  return `${WORDS[action.kind][0]} the ${whatText(action)}`;
}

/** Words for an action that was done, as `created the bucket svc_orders_orders`. */
export function doneText(action: ReconcileAction): string {
  return `${WORDS[action.kind][1]} the ${whatText(action)}`;
}

/** The key of what an action is about, as `kv/orders`. */
export function actionResource({ subject: { kind, alias } }: ReconcileAction): string {
  return alias === "" ? kind : `${kind}/${alias}`;
}

function whatText(action: ReconcileAction): string {
  const { kind, name, alias } = action.subject;
  if (kind === "kv" || kind === "store") return `${RESOURCE_RULES[kind].noun} ${name}`;
  if (action.kind === "put_schedule" || action.kind === "remove_schedule") {
    return `schedule ${name} of ${alias}`;
  }
  if (action.kind === "make_up") return `missed job of the schedule ${name} of ${alias}`;
  const [stream, consumer] = name.split("/");
  return consumer === undefined ? `stream ${stream}` : `consumer ${consumer} of ${stream}`;
}

const WORDS: Readonly<Record<ReconcileAction["kind"], readonly [now: string, done: string]>> = {
  create_bucket: ["creating", "created"],
  update_bucket: ["changing", "changed"],
  repair_bucket: ["repairing", "repaired"],
  adopt_bucket: ["adopting", "adopted"],
  rename_bucket: ["renaming the alias of", "renamed the alias of"],
  retire_bucket: ["retiring", "retired"],
  delete_bucket: ["deleting", "deleted"],
  create_stream: ["creating", "created"],
  update_stream: ["changing", "changed"],
  repair_stream: ["repairing", "repaired"],
  delete_stream: ["deleting", "deleted"],
  create_consumer: ["creating", "created"],
  update_consumer: ["changing", "changed"],
  repair_consumer: ["repairing", "repaired"],
  hold_consumer: ["holding", "held"],
  put_schedule: ["scheduling", "scheduled"],
  remove_schedule: ["unscheduling", "unscheduled"],
  make_up: ["making up", "made up"],
  delete_consumer: ["deleting", "deleted"],
};
