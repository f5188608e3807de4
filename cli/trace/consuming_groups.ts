import { parsePointer } from "../../contracts/json/json_pointer.ts";
import { letsThrough } from "../../contracts/stored/event_filter.ts";
import { consumedEvents, eventFilter } from "../../reconcile/consumers/consumed_events.ts";
import type { ByKey, ConsumedNeed, Needs } from "../../reconcile/needs/need_types.ts";
import type { AuthorityRecord } from "../../reconcile/records/authority_record.ts";
import { eventKey } from "../../runtime/projections/event_key.ts";
import { type WorkSource, workSource } from "../letters/work_source.ts";
import type { GroupFact } from "./chain.ts";

/** A group or a projection, and the events that it consumes. */
export interface ConsumingGroup extends Pick<GroupFact, "kind" | "deployment" | "group"> {
  /** As `events.v1.Order.Placed.*`. */
  readonly filters: readonly string[];
  /** Undefined until it is made. */
  readonly binding: WorkSource | undefined;
  /** Of projections: the key that an event is folded into; undefined for one that has none. */
  readonly keyOf: ((subject: string, body: unknown) => string | undefined) | undefined;
}

/** The groups and projections of all deployments, as they are accepted today. */
export function consumingGroups(records: readonly AuthorityRecord[]): readonly ConsumingGroup[] {
  const used: ByKey<Needs> = Object.fromEntries(
    records.flatMap(({ desired }) => desired ? [[desired.needs.contract, desired.needs]] : []),
  );
  return records.flatMap(({ deployment, desired, materialized }): ConsumingGroup[] => {
    if (desired === undefined) return [];
    const { needs } = desired;
    const filtered = (need: ConsumedNeed) =>
      consumedEvents(need, needs, used).flatMap((event) => {
        const filter = eventFilter(event);
        return filter === undefined ? [] : [{ filter, name: event.name }];
      });
    const found = Object.entries(needs.consumers ?? {}).map(([group, need]): ConsumingGroup => ({
      kind: "group",
      deployment,
      group,
      filters: filtered(need).map(({ filter }) => filter),
      binding: workSource("group", group, materialized?.bindings),
      keyOf: undefined,
    }));
    for (const [group, { projection }] of Object.entries(needs.resources.kv)) {
      if (projection === undefined) continue;
      const { key } = projection;
      const events = filtered(projection).map(({ filter, name }) => ({
        filter,
        path: parsePointer((typeof key === "string" ? key : key[name]) ?? ""),
      }));
      found.push({
        kind: "projection",
        deployment,
        group,
        filters: events.map(({ filter }) => filter),
        binding: workSource("projection", group, materialized?.bindings),
        keyOf: (subject, body) => {
          const path = events.find(({ filter }) => letsThrough([filter], subject))?.path;
          return path && eventKey(body, path);
        },
      });
    }
    return found;
  });
}

/** Whether a group consumes what is published under a subject. */
export function consumes({ filters }: ConsumingGroup, subject: string): boolean {
  return letsThrough(filters, subject);
}
