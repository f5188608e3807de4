import { type EventSurface, paramTokens } from "./prepare_event.ts";

/**
 * What the last event of an entity has to be for the next one to be stored: who has read how things are, and publishes
 * what follows from it, is refused when another one was faster. From NATS 2.11 on.
 */
export interface EventExpectation {
  /** The sequence of that event, as `publish` and the context of a handler answer it; 0: there is none. */
  readonly last: number;
  /**
   * JSON pointers of the params that say which entity it is; the first param unless given. Its events are those with
   * the same values there, with as many params, and with the same name up to the last dot: `Order.Placed` and
   * `Order.Paid` are of one entity.
   */
  readonly of?: readonly string[];
}

/** The same for the server. */
export interface ExpectedLast {
  /** The subjects of the entity's events. */
  readonly subjects: string;
  readonly sequence: number;
}

/** Throws for what no event can be expected to be, and for params that the event does not have. */
export function expectedLast(
  event: EventSurface,
  subject: string,
  { last, of = event.params.slice(0, 1) }: EventExpectation,
): ExpectedLast {
  if (!Number.isSafeInteger(last) || last < 0) {
    throw new RangeError(`a sequence is a whole number from 0 on, not ${last}`);
  }
  const unknown = of.find((path) => !event.params.includes(path));
  if (unknown !== undefined) throw new TypeError(`${event.name} has no param ${unknown}`);
  if (of.length === 0) throw new TypeError(`${event.name} has no param that names an entity`);
  const tokens = paramTokens(event, subject) ?? [];
  const wanted = event.params.map((path, i) => of.includes(path) ? tokens[i] ?? "*" : "*");
  const [events, , ...name] = event.base.split(".");
  if (name.length > 1) name[name.length - 1] = "*";
  return { subjects: [events, "*", ...name, ...wanted].join("."), sequence: last };
}
