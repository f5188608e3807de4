import type { JsonValue } from "../../contracts/json/json.ts";
import type { ChangeCode } from "./change_code.ts";
import type { Impact } from "./impact.ts";

export type { ChangeCode } from "./change_code.ts";

/** Whether a change may happen without a person. */
export type Severity = "safe" | "dangerous";

/** One difference between what a deployment has and what its contract asks for. */
export interface Change {
  readonly code: ChangeCode;
  /** JSON pointer into the needs, as `/resources/kv/orders/history`; `changePlace` reads it. */
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
