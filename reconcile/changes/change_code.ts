/**
 * The closed list of coded changes. The codes are stable: programs may distinguish changes by them,
 * and `trellis explain <code>` says what each means. Whether a change is safe is part of its code.
 *
 * @module
 */
import type {
  DangerousSchemaChangeCode,
  SafeSchemaChangeCode,
} from "../../contracts/compatibility/finding.ts";
import type { LimitMove, Loosened, Tightened } from "../resources/limit_move.ts";
import type { ResourceKind } from "../resources/kinds.ts";
import type { SETTINGS, SettingsOf } from "../resources/settings.ts";

/** Each move of each setting: where there always is a limit, none is added or removed. */
type SettingChangeCode<Move extends LimitMove> = {
  [Kind in ResourceKind]: {
    [Name in keyof SettingsOf<Kind>]: `${Kind}.${typeof SETTINGS[Name]["code"]}.${typeof SETTINGS[
      Name
    ]["none"] extends string ? Move : Exclude<Move, "added" | "removed">}`;
  }[keyof SettingsOf<Kind>];
}[ResourceKind];

/** Changes that cost nothing. */
export type SafeChangeCode =
  | "contract.added"
  | "uses.added"
  | "uses.removed"
  | "uses.required.changed"
  | "uses.selection.added"
  | "uses.selection.removed"
  | "surface.added"
  | "surface.error.removed"
  | "surface.progress.added"
  | "surface.cancel.added"
  | "surface.signal.added"
  | "transfer.receive.added"
  | "transfer.maxBytes.raised"
  | "transfer.expiry.raised"
  | "capability.added"
  | "capability.changed"
  | "kv.added"
  | "kv.reattached"
  | SettingChangeCode<Loosened>
  | "kv.purpose.changed"
  | "kv.required.changed"
  | "kv.outbox.added"
  | "kv.changes.added"
  | "kv.projection.rebuild"
  | "store.added"
  | "store.reattached"
  | "store.purpose.changed"
  | "store.required.changed"
  | "state.added"
  | "state.reattached"
  | "state.version.migrated"
  | "state.accepted.added"
  | "job.added"
  | "job.settings.changed"
  | "job.schedules.changed"
  | "job.version.migrated"
  | "job.accepted.added"
  | "operation.settings.changed"
  | "consumer.added"
  | "consumer.event.added"
  | "consumer.settings.changed"
  | "consumer.ordering.changed"
  | "consumer.replay.changed"
  | SafeSchemaChangeCode
  | "output.narrowed";

/** Changes that may cost data, or break a caller, and therefore wait for a person. */
export type DangerousChangeCode =
  | "contract.replaced"
  | "contract.kind.changed"
  | "contract.unknown"
  | "surface.removed"
  | "surface.subject.changed"
  | "surface.params.changed"
  | "surface.error.added"
  | "surface.capability.added"
  | "surface.capability.removed"
  | "surface.progress.removed"
  | "surface.cancel.removed"
  | "surface.signal.removed"
  | "transfer.send.added"
  | "transfer.send.removed"
  | "transfer.receive.removed"
  | "transfer.store.changed"
  | "transfer.key.changed"
  | "transfer.contentType.changed"
  | "transfer.maxBytes.reduced"
  | "transfer.expiry.reduced"
  | "capability.removed"
  | "capability.consequence.changed"
  | "kv.removed"
  | "kv.renamed"
  | "kv.renamed.retired"
  | SettingChangeCode<Tightened>
  | "kv.adopted"
  | "kv.adopted.retention"
  | "kv.adopted.limits"
  | "kv.adopted.schema"
  | "kv.reattached.schema"
  | "kv.data.deleted"
  | "kv.outbox.removed"
  | "kv.changes.changed"
  | "kv.changes.removed"
  | "kv.projection.added"
  | "kv.projection.removed"
  | "kv.projection.incomplete"
  | "store.removed"
  | "store.renamed"
  | "store.renamed.retired"
  | "store.adopted"
  | "store.adopted.retention"
  | "store.adopted.limits"
  | "store.data.deleted"
  | "state.removed"
  | "state.kind.changed"
  | "state.version.dropped"
  | "state.version.reused"
  | "state.accepted.removed"
  | "job.removed"
  | "job.dlq.removed"
  | "job.version.dropped"
  | "job.accepted.removed"
  | "job.tries.decreased"
  | "job.key.changed"
  | "operation.tries.decreased"
  | "operation.key.changed"
  | "consumer.removed"
  | "consumer.event.removed"
  | "consumer.renamed"
  | "schema.property.reused"
  | "schema.property.declared"
  | DangerousSchemaChangeCode
  | DangerousOutputChangeCode;

/**
 * Changes of what others receive: output, progress, values of feeds, events, data of errors. Each
 * is the mirror image of a schema change, because receivers read new values with the old schema.
 */
export type DangerousOutputChangeCode =
  | "output.required.removed"
  | "output.properties.opened"
  | "output.type.widened"
  | "output.enum.widened"
  | "output.variant.added"
  | "output.range.widened"
  | "output.length.widened"
  | "output.pattern.changed"
  | "output.format.changed"
  | "output.items.widened"
  | "output.size.widened"
  | "output.allowed"
  | "output.meaning.changed"
  | "output.unproved";

/** Every kind of change. */
export type ChangeCode = SafeChangeCode | DangerousChangeCode;

/** The codes of one topic, as `kv`. */
export type CodesOf<Topic extends string> = Extract<ChangeCode, `${Topic}.${string}`>;
