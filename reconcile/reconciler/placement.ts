import type { BucketSettings } from "../resources/bucket.ts";
import type { ResourceKind } from "../resources/kinds.ts";
import type { Owner } from "../resources/owner.ts";

/** An alias and the bucket it is bound to once the actions are done. */
export interface Placement {
  readonly kind: ResourceKind;
  /** As `kv/orders`. */
  readonly resource: string;
  readonly alias: string;
  readonly name: string;
  readonly owner: Owner;
  /** As declared, within the platform's policy, as far as that drops no data. */
  readonly settings: BucketSettings;
  readonly required: boolean;
}
