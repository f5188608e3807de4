import type { Validator } from "../../contracts/schema/validator.ts";
import type { FeedYield } from "./feed_yield.ts";

/** A value for many subscribers, which is checked and written once. */
export class SharedYield<T> implements FeedYield<T> {
  readonly value: T;
  readonly cursor: string | undefined;
  readonly key: string | undefined;
  readonly reset: boolean | string | undefined;
  #json: { readonly event: Validator; readonly text: string | undefined } | undefined;

  /** The same as it was given. */
  constructor({ value, cursor, key, reset }: FeedYield<T>) {
    this.value = value;
    this.cursor = cursor;
    this.key = key;
    this.reset = reset;
  }

  /** The value as JSON; undefined when it does not fit. */
  json(event: Validator): string | undefined {
    if (this.#json?.event !== event) this.#json = { event, text: jsonOf(this.value, event) };
    return this.#json.text;
  }
}

/** The value of an item as JSON; undefined when it does not fit. */
export function yieldJson(item: FeedYield<unknown>, event: Validator): string | undefined {
  return item instanceof SharedYield ? item.json(event) : jsonOf(item.value, event);
}

function jsonOf(value: unknown, event: Validator): string | undefined {
  return event.check(value) ? JSON.stringify(value) : undefined;
}
