import type { ConsumedNeed } from "./need_types.ts";

/** An event that is consumed. */
export interface ConsumedName {
  readonly event: string;
  /** Id of the used contract; undefined for an own event. */
  readonly contract: string | undefined;
}

/** The events of a group or a projection, by name and contract. */
export function consumedNames({ events, contracts = {} }: ConsumedNeed): readonly ConsumedName[] {
  return events.map((text) => {
    const [, alias, event = ""] = /^(?:uses\.([^:]*)|self):(.*)$/.exec(text) ?? [];
    if (alias === undefined) return { event, contract: undefined };
    return { event, contract: Object.hasOwn(contracts, alias) ? contracts[alias]! : alias };
  });
}
