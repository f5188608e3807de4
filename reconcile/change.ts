import type { JsonValue } from "../contracts/json.ts";
import type { Impact } from "./impact.ts";

/** Whether a change may happen without a person. */
export type Severity = "safe" | "dangerous";

/** Every kind of change that is told apart. */
export type ChangeCode =
  | "contract.added"
  | "contract.replaced"
  | "contract.kind.changed"
  | "uses.added"
  | "uses.changed"
  | "uses.removed"
  | "surface.added"
  | "surface.removed"
  | "surface.schema.changed"
  | "surface.errors.changed"
  | "surface.capabilities.changed"
  | "capability.added"
  | "capability.changed"
  | "capability.removed"
  | "kv.added"
  | "kv.removed"
  | "kv.schema.changed"
  | "kv.history.increased"
  | "kv.history.reduced"
  | "kv.ttl.added"
  | "kv.ttl.increased"
  | "kv.ttl.reduced"
  | "kv.ttl.removed"
  | "kv.maxValueBytes.added"
  | "kv.maxValueBytes.increased"
  | "kv.maxValueBytes.reduced"
  | "kv.maxValueBytes.removed"
  | "kv.purpose.changed"
  | "kv.required.changed"
  | "store.added"
  | "store.changed"
  | "store.removed";

/** One difference between what a deployment has and what its contract asks for. */
export interface Change {
  readonly code: ChangeCode;
  /** JSON pointer into the needs, as `/resources/kv/orders/history`. */
  readonly path: string;
  readonly op: "add" | "change" | "remove";
  readonly severity: Severity;
  /** Why it has this severity, in one sentence. */
  readonly reason: string;
  readonly before?: JsonValue;
  readonly after?: JsonValue;
  /** A value that was allowed before and is refused now, where one is known. */
  readonly example?: JsonValue;
  /** Deployments that use what changes, by name. */
  readonly affects?: readonly string[];
  /** What it means for the data that is there. */
  readonly impact?: Impact;
}
