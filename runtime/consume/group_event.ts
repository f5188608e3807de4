import type { Contract } from "../../contracts/define/contract.ts";
import type { Result } from "../../contracts/result.ts";
import { type EventSurface, eventSurface, paramCount } from "../events/prepare_event.ts";
import type { EventContext } from "./event_context.ts";

/** A handler as a group runs it, whatever its types. */
export type UntypedEventHandler = (
  event: unknown,
  context: EventContext,
) => Result<unknown, unknown> | PromiseLike<Result<unknown, unknown>>;

/** One event of a group; its handler comes when it is registered. */
export interface GroupEvent extends EventSurface {
  /** `self`, or the alias of the used contract. */
  readonly alias: string | undefined;
  handler: UntypedEventHandler | undefined;
}

/** The events of a group, own ones first. */
export function groupEvents(contract: Contract, group: string): readonly GroupEvent[] {
  const { self = [], uses = {} } = contract.manifest.eventConsumers?.[group] ?? {};
  const of = (owner: Contract | undefined, alias: string | undefined, name: string) => {
    const surface = owner && eventSurface(owner.manifest, name);
    if (surface === undefined) {
      throw new TypeError(`${contract.id} has no event ${name} to consume`);
    }
    return { ...surface, alias, handler: undefined };
  };
  return [
    ...self.map((name) => of(contract, undefined, name)),
    ...Object.entries(uses).flatMap(([alias, names]) =>
      names.map((name) => of(contract.used.get(alias)?.contract, alias, name))
    ),
  ];
}

/** Which of them a subject is one of. */
export function findEvent(
  events: readonly GroupEvent[],
  subject: string,
): GroupEvent | undefined {
  for (const event of events) {
    if (paramCount(event, subject) === event.params.length) return event;
  }
  return undefined;
}
