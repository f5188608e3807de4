import { letsThrough } from "../../contracts/stored/event_filter.ts";
import type { GroupBinding } from "../../contracts/stored/bindings.ts";
import { consumedEvents, eventFilter } from "../../reconcile/consumers/consumed_events.ts";
import type { AuthorityRecord } from "../../reconcile/records/authority_record.ts";

/** A group, and the events that it consumes. */
export interface ConsumingGroup {
  readonly deployment: string;
  readonly group: string;
  /** As `events.v1.Order.Placed.*`. */
  readonly filters: readonly string[];
  /** Undefined until it is made. */
  readonly binding: GroupBinding | undefined;
}

/** The groups of all deployments, as they are accepted today. */
export function consumingGroups(records: readonly AuthorityRecord[]): readonly ConsumingGroup[] {
  const accepted = records.flatMap(({ desired }) => desired === undefined ? [] : [desired.needs]);
  const used = Object.fromEntries(accepted.map((needs) => [needs.contract, needs]));
  return records.flatMap(({ deployment, desired, materialized }) =>
    Object.entries(desired?.needs.consumers ?? {}).map(([group, need]) => ({
      deployment,
      group,
      filters: consumedEvents(need, desired!.needs, used).flatMap((event) =>
        eventFilter(event) ?? []
      ),
      binding: materialized?.bindings.groups?.[group],
    }))
  );
}

/** Whether a group consumes what is published under a subject. */
export function consumes({ filters }: ConsumingGroup, subject: string): boolean {
  return letsThrough(filters, subject);
}
