import { type BucketSettings, SETTINGS, settingsDrift } from "../resources/settings.ts";
import { limitMove, tightens } from "../resources/limit_move.ts";
import type { BucketState, FieldChange } from "../resources/bucket.ts";
import { isLayoutField } from "../resources/stream_layout.ts";

/** A setting that is not as declared. */
export interface LimitChange extends FieldChange {
  readonly field: keyof BucketSettings;
  readonly from: number;
  readonly to: number;
}

/** What sets a bucket apart from what was declared, by what may be done about it. */
export interface Drift {
  /** A decision changed what is declared; the bucket follows. */
  readonly decided: readonly LimitChange[];
  /** How often or where it is kept is not as the policy says by now; to follow it costs nothing. */
  readonly layout: readonly FieldChange[];
  /** Somebody changed the bucket, and undoing it costs nothing. */
  readonly repairs: readonly FieldChange[];
  /** Somebody changed the bucket, and undoing it would drop data that was written since. */
  readonly costly: readonly LimitChange[];
  /** The platform's policy asks for it, and to follow it would drop data: a person has to decide. */
  readonly refused: readonly LimitChange[];
  /** The server does not let it be changed. */
  readonly stuck: readonly FieldChange[];
  /** The settings that may be written: as declared, but for what is costly or refused. */
  readonly settings: BucketSettings;
}

/**
 * Judges how a bucket differs from what was declared. Who changed a setting shows in its value: one
 * that was in force or was accepted before is followed, any other was set outside Trellis.
 *
 * @param before settings that decisions put there; undefined when every difference is decided
 * @param asked what the contract asks for; where that is not what is declared, a policy has limited it,
 * which is no decision to lose anything
 * @param returns the bucket was kept and is to be bound again: its writers knew nothing of a limit
 * that is tighter than its own, and none of that is lost without a decision, now or later
 */
export function judgeDrift(
  found: BucketState,
  declared: BucketSettings,
  before: readonly BucketSettings[] | undefined,
  asked: BucketSettings = declared,
  returns = false,
): Drift {
  const decided: LimitChange[] = [];
  const refused: LimitChange[] = [];
  const repairs: FieldChange[] = [];
  const costly: LimitChange[] = [];
  const settings: { -readonly [Name in keyof BucketSettings]?: number } = { ...declared };
  for (const field of settingsDrift(found.settings, declared)) {
    const change = { field, from: found.settings[field] ?? 0, to: declared[field] ?? 0 };
    const drops = returns ? tightensData(found, change) : dropsData(found, change);
    if (drops && asked[field] !== change.to) {
      refused.push(change);
      settings[field] = change.from;
    } else if (before?.some((known) => had(known, change)) ?? true) decided.push(change);
    else if (!drops) repairs.push(change);
    else {
      costly.push(change);
      settings[field] = change.from;
    }
  }
  const stuck: FieldChange[] = [];
  const layout: FieldChange[] = [];
  for (const { repairable, ...change } of found.deviations ?? []) {
    if (isLayoutField(change.field)) layout.push(change);
    else (repairable ? repairs : stuck).push(change);
  }
  return { decided, layout, repairs, costly, refused, stuck, settings };
}

function had(known: BucketSettings, { field, from }: LimitChange): boolean {
  return (field === "outbox" ? known.outbox ?? 0 : known[field]) === from;
}

/** Whether less of what is stored may be kept than before, be it for less time. */
function tightensData(found: BucketState, { field, from: now, to: value }: LimitChange): boolean {
  return field !== "outbox" && SETTINGS[field].tighter === "drops" && found.values > 0 &&
    tightens(limitMove(field, now, value));
}

/** Whether setting a field to a value makes the server drop something that is stored. */
function dropsData(found: BucketState, change: LimitChange): boolean {
  const { field, to: value } = change;
  if (!tightensData(found, change)) return false;
  if (field === "ttlMs") return found.oldestMs === undefined || found.oldestMs >= value;
  // No key can have more revisions than there are beyond one for each key.
  const most = found.revisions === undefined ? Infinity : found.revisions - found.values + 1;
  return most > value;
}
