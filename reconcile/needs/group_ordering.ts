import type { GroupBinding } from "../../contracts/stored/bindings.ts";
import type { JsonObject } from "../../contracts/json/json.ts";

/** In which order a group handles its events, by what it declares. */
export function groupOrdering({ ordering, concurrency }: JsonObject): GroupBinding["ordering"] {
  if (ordering === "strict" || ordering === "key" || ordering === "none") return ordering;
  return concurrency === undefined || concurrency === 1 ? "strict" : "none";
}
