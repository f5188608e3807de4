/**
 * The closed list of coded changes. The codes are stable: programs may tell changes apart by them,
 * and `trellis explain <code>` says what each means. Whether a change is safe is part of its code.
 *
 * @module
 */
import type {
  DangerousSchemaChangeCode,
  SafeSchemaChangeCode,
} from "../../contracts/compatibility/finding.ts";

/** How a limit was loosened; 0 means no limit. */
export type Loosened = "increased" | "removed";

/** How a limit was tightened; 0 means no limit. */
export type Tightened = "added" | "reduced";

/** Changes that cost nobody anything. */
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
  | "capability.added"
  | "capability.changed"
  | "kv.added"
  | "kv.reattached"
  | "kv.history.increased"
  | `kv.ttl.${Loosened}`
  | `kv.maxValueBytes.${Loosened}`
  | "kv.purpose.changed"
  | "kv.required.changed"
  | "store.added"
  | "store.reattached"
  | `store.ttl.${Loosened}`
  | `store.maxTotalBytes.${Loosened}`
  | `store.maxObjectBytes.${Loosened}`
  | "store.purpose.changed"
  | "store.required.changed"
  | "state.added"
  | "state.version.migrated"
  | "state.accepted.added"
  | "job.added"
  | "job.settings.changed"
  | "consumer.added"
  | "consumer.event.added"
  | "consumer.settings.changed"
  | SafeSchemaChangeCode
  | "output.narrowed";

/** Changes that may cost data, or break somebody, and therefore wait for a person. */
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
  | "capability.removed"
  | "capability.consequence.changed"
  | "kv.removed"
  | "kv.renamed"
  | "kv.renamed.retired"
  | "kv.history.reduced"
  | `kv.ttl.${Tightened}`
  | `kv.maxValueBytes.${Tightened}`
  | "kv.adopted"
  | "kv.adopted.retention"
  | "kv.adopted.limits"
  | "kv.adopted.schema"
  | "kv.reattached.schema"
  | "kv.data.deleted"
  | "store.removed"
  | "store.renamed"
  | "store.renamed.retired"
  | `store.ttl.${Tightened}`
  | `store.maxTotalBytes.${Tightened}`
  | `store.maxObjectBytes.${Tightened}`
  | "store.adopted"
  | "store.adopted.retention"
  | "store.adopted.limits"
  | "store.data.deleted"
  | "state.removed"
  | "state.kind.changed"
  | "state.version.dropped"
  | "state.accepted.removed"
  | "job.removed"
  | "job.dlq.removed"
  | "consumer.removed"
  | "consumer.event.removed"
  | "schema.property.reused"
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

/** Every kind of change that is told apart. */
export type ChangeCode = SafeChangeCode | DangerousChangeCode;

/** The codes of one topic, as `kv`. */
export type CodesOf<Topic extends string> = Extract<ChangeCode, `${Topic}.${string}`>;
