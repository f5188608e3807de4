import type { JsonValue } from "../../contracts/json/json.ts";
import { appendPointer } from "../../contracts/json/json_pointer.ts";
import { projectionShape } from "../../contracts/stored/projection_names.ts";
import type { KvNeed, Needs } from "../needs/need_types.ts";
import type { DiffContext } from "./diff_context.ts";
import type { Report } from "./diff_report.ts";

/** What a projection is compared with. */
export interface ProjectionChange {
  /** Undefined: the bucket is new. */
  readonly from: KvNeed | undefined;
  readonly to: KvNeed;
  /** Of the resource. */
  readonly path: string;
}

/**
 * Compares what the values of a bucket are made of. A projection whose values are made otherwise is made again
 * beside the one that is read, so that nothing is lost, as long as its history is there.
 */
export function diffProjection(
  { from, to, path }: ProjectionChange,
  accepted: Needs["surfaces"] | undefined,
  { lostBefore }: Pick<DiffContext, "lostBefore">,
  report: Report,
): void {
  const at = appendPointer(path, "projection");
  const [before, after] = [describe(from), describe(to)];
  if (to.projection === undefined) {
    if (from?.projection !== undefined) report("kv.projection.removed", at, { before });
    return;
  }
  const isMade = from?.projection !== undefined;
  if (from !== undefined && !isMade) report("kv.projection.added", at, { after });
  if (from !== undefined && isMade) {
    if (shapeOf(from) === shapeOf(to)) return;
    report("kv.projection.rebuild", at, { op: "change", before, after });
  }
  if (lostBefore === undefined || !hasHistory(to.projection.events, accepted)) return;
  const reason =
    `events before ${lostBefore} are gone from the stream, and values are made without ` +
    "them";
  report("kv.projection.incomplete", at, { op: "change", reason });
}

/** Whether events were published before this contract was accepted, which are not kept for ever. */
function hasHistory(events: readonly string[], accepted: Needs["surfaces"] = {}): boolean {
  return events.some((event) => {
    if (!event.startsWith("self:")) return true;
    const surface = Object.values(accepted)
      .find(({ kind, name }) => kind === "events" && `self:${name}` === event);
    return surface !== undefined && surface.keep === undefined;
  });
}

function shapeOf({ schema, projection }: KvNeed): string {
  const { key, version, events } = projection ?? { key: "", version: undefined, events: [] };
  return projectionShape({ schema, key, version, events });
}

function describe(need: KvNeed | undefined): JsonValue | undefined {
  if (need?.projection === undefined) return undefined;
  const { events, key, version } = need.projection;
  const keys = typeof key === "string" ? key : { ...key };
  return { events: [...events], key: keys, ...(version === undefined ? {} : { version }) };
}
