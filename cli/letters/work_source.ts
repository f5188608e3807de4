import type { Bindings, GroupBinding, ProjectionBinding } from "../../contracts/stored/bindings.ts";
import type { WorkKind } from "../../contracts/stored/work_names.ts";

/** Where a group, a projection or a relay takes from what it works on. */
export type WorkSource =
  & Pick<GroupBinding, "stream" | "consumers" | "later" | "name">
  & Partial<Pick<GroupBinding, "ordering"> & Pick<ProjectionBinding, "created">>;

/** Where one of them takes it from; undefined until it is made. */
export function workSource(
  kind: WorkKind,
  name: string,
  bindings: Partial<Pick<Bindings, "groups" | "projections" | "relays">> | undefined,
): WorkSource | undefined {
  if (kind === "group") return bindings?.groups?.[name];
  const bound = kind === "relay" ? bindings?.relays?.[name] : bindings?.projections?.[name];
  return bound && { ...bound, consumers: [bound.consumer] };
}
