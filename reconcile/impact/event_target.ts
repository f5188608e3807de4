import { laneSubjectPrefix } from "../../contracts/stored/work_names.ts";
import type { Change } from "../changes/change.ts";
import { changePlace } from "../changes/change_place.ts";
import type { ImpactQuestion } from "../changes/impact.ts";
import { getOwn } from "../diff/diff_report.ts";
import { consumedNames } from "../needs/consumed_names.ts";
import { eventSubject } from "../needs/event_subject.ts";
import type { Needs } from "../needs/need_types.ts";
import type { AuthorityRecord } from "../records/authority_record.ts";
import type { EventGroup, EventTarget } from "./bucket_scanner.ts";

/** The groups that consume an event: `filter` is its subjects in the stream of events. */
export type GroupsOf = (event: string, filter: string) => readonly EventGroup[];

/** True for a change that stored events may not fit. */
export function concernsEvents({ code, path, severity }: Change): boolean {
  // `output.*` is about those who run the old contract, and not about what is stored.
  if (severity === "safe" || !code.startsWith("schema.")) return false;
  const { section, part: [member, schema] } = changePlace({ code, path });
  return section === "surfaces" && member === "schemas" && schema === "event";
}

/** What has to be asked of the stored events about a change of their schema; undefined for other changes. */
export function eventInquiry(
  change: Change,
  before: Needs | undefined,
  { surfaces }: Needs,
  groupsOf: GroupsOf,
): { readonly target: EventTarget; readonly question: ImpactQuestion } | undefined {
  if (!concernsEvents(change)) return undefined;
  const { name: declared } = changePlace(change);
  const surface = getOwn(surfaces, declared);
  // What was published under another subject is not read as this event.
  const isSame = getOwn(before?.surfaces, declared)?.kind === "events";
  const { subject, params } = eventSubject(declared, surface);
  if (surface?.kind !== "events" || !isSame || subject === undefined) return undefined;
  const { name, schemas } = surface;
  const filter = subject + ".*".repeat(params);
  return {
    target: { kind: "event", name, filter, groups: groupsOf(name, filter) },
    question: { kind: "schema", schema: schemas.event ?? true },
  };
}

/** Finds who consumes the events of a contract, as it is accepted today. */
export function groupsConsuming(
  contract: string,
  records: readonly AuthorityRecord[],
): GroupsOf {
  return (event, filter) =>
    records.toSorted((a, b) => a.deployment < b.deployment ? -1 : 1).flatMap((
      { deployment, desired, materialized },
    ) =>
      Object.entries(desired?.needs.consumers ?? {}).flatMap(([group, need]) => {
        const binding = materialized?.bindings.groups?.[group];
        const isConsumed = consumedNames(need).some((consumed) =>
          consumed.event === event && (consumed.contract ?? desired?.needs.contract) === contract
        );
        if (!isConsumed || binding === undefined) return [];
        const { stream, consumers, ordering, name = group } = binding;
        const lanes = laneSubjectPrefix(deployment, name);
        const sources = consumers.map((consumer, lane) => ({
          stream,
          consumer,
          filter: ordering === "key"
            ? `${lanes}.${lane}.${filter.slice("events.".length)}`
            : filter,
        }));
        return [{ deployment, group, sources }];
      })
    );
}
