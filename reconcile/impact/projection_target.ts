import { consumedEvents, eventFilter } from "../consumers/consumed_events.ts";
import type { Change } from "../changes/change.ts";
import { changePlace } from "../changes/change_place.ts";
import type { ImpactEffect } from "../changes/impact.ts";
import type { ByKey, Needs } from "../needs/need_types.ts";
import type { AuthorityRecord } from "../records/authority_record.ts";

/** A projection that is to be made again, and what from. */
export interface ProjectionTarget {
  /** As it is declared. */
  readonly alias: string;
  /** The bucket that is read now; undefined: there is none. */
  readonly bucket: string | undefined;
  /** Subjects of its events. */
  readonly filters: readonly string[];
  readonly effect: Extract<ImpactEffect, "remade" | "unmade">;
}

/** Changes that have the values of a projection made of its events. */
const EFFECTS: ReadonlyMap<string, ProjectionTarget["effect"]> = new Map([
  ["kv.projection.rebuild", "remade"],
  ["kv.projection.incomplete", "unmade"],
]);

/** True for a change that has the values of a projection made of its events. */
export function makesProjection({ code }: Pick<Change, "code">): boolean {
  return EFFECTS.has(code);
}

/**
 * The projection that a change has made; undefined for other changes.
 *
 * @param used what is accepted of the used contracts, by id
 */
export function projectionTarget(
  change: Change,
  { materialized }: AuthorityRecord,
  needs: Needs,
  used: ByKey<Pick<Needs, "surfaces">>,
): ProjectionTarget | undefined {
  const effect = EFFECTS.get(change.code);
  const { name: alias } = changePlace(change);
  const { kv } = needs.resources;
  const projection = Object.hasOwn(kv, alias) ? kv[alias]?.projection : undefined;
  if (effect === undefined || projection === undefined) return undefined;
  const events = consumedEvents(projection, needs, used);
  const { projections = {} } = materialized?.bindings ?? {};
  return {
    alias,
    bucket: Object.hasOwn(projections, alias) ? projections[alias]?.bucket : undefined,
    filters: [...new Set(events.flatMap((event) => eventFilter(event) ?? []))],
    effect,
  };
}
