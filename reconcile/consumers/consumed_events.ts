import { consumedNames } from "../needs/consumed_names.ts";
import { type EventSubject, eventSubject } from "../needs/event_subject.ts";
import type { ByKey, ConsumedNeed, Needs, SurfaceNeed } from "../needs/need_types.ts";

/** An event that is consumed, as the contract that publishes it was accepted. */
export interface ConsumedEvent extends EventSubject {
  readonly name: string;
  /** Id of the used contract; undefined for an own event. */
  readonly contract: string | undefined;
}

/** The events of a group or a projection; `used`: what is accepted of the used contracts, by id. */
export function consumedEvents(
  need: ConsumedNeed,
  { surfaces }: Pick<Needs, "surfaces">,
  used: ByKey<Pick<Needs, "surfaces">>,
): readonly ConsumedEvent[] {
  return consumedNames(need).map(({ event: name, contract }) => {
    if (contract === undefined) return { name, contract, ...eventOf(surfaces, name) };
    const served = Object.hasOwn(used, contract) ? used[contract]!.surfaces : {};
    return { name, contract, ...eventOf(served, name) };
  });
}

/** The subjects of an event in the stream of events; undefined while nobody has it accepted. */
export function eventFilter({ subject, params }: ConsumedEvent): string | undefined {
  return subject === undefined ? undefined : subject + ".*".repeat(params);
}

function eventOf(surfaces: ByKey<SurfaceNeed>, name: string): EventSubject {
  const [declared, surface] =
    Object.entries(surfaces).find(([, surface]) =>
      surface.kind === "events" && surface.name === name
    ) ?? [];
  return eventSubject(declared, surface);
}
