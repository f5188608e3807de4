import type { BucketSettings } from "../resources/settings.ts";
import type { Subject } from "../resources/kinds.ts";
import type { Owner } from "../resources/owner.ts";

/** An alias and the bucket it is bound to once the actions are done. */
export interface Placement extends Subject {
  readonly owner: Owner;
  /** As declared, within the platform's policy, as far as that drops no data. */
  readonly settings: BucketSettings;
  readonly required: boolean;
}
