import type { Change } from "../changes/change.ts";
import { changePlace } from "../changes/change_place.ts";
import type { AuthorityRecord } from "../records/authority_record.ts";
import type { GroupTarget } from "./bucket_scanner.ts";

/** The group whose events a change leaves unhandled, as it stands on the server; undefined for other changes. */
export function groupTarget(
  change: Change,
  { deployment, materialized }: AuthorityRecord,
): GroupTarget | undefined {
  const { code } = change;
  if (code !== "consumer.removed" && code !== "consumer.event.removed") return undefined;
  const { name, part } = changePlace(change);
  const [place, bound] =
    Object.entries(materialized?.work ?? {}).find(([place, { alias }]) =>
      place.startsWith("group/") && alias === name
    ) ?? [];
  if (place === undefined || bound === undefined) return undefined;
  const group = place.slice("group/".length);
  const target = { deployment, alias: name, group, consumers: Object.keys(bound.consumers) };
  const event = /^(?:self|uses\.[^:]*):(\S+)/.exec(part[1] ?? "")?.[1];
  return code === "consumer.removed" || event === undefined ? target : { ...target, event };
}
