import type { JsonObject } from "../../contracts/json/json.ts";
import { type Validator, validatorOf } from "../../contracts/schema/validator.ts";

/** Where a stored value does not fit, and why, in words short enough for a list. */
export interface Misfit {
  /** JSON pointer into the value. */
  readonly path: string;
  readonly problem: string;
}

/** Collecting everything that is wrong with a value can take many times its own memory. */
const MAX_EXPLAINED_BYTES = 256 * 1024;
const MAX_PATH = 200;
const MAX_PROBLEM = 120;
// As services read values: a byte order mark and broken UTF-8 are no JSON.
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Says whether stored bytes can be read as a schema says. */
export class StoredValueCheck {
  readonly #validator: Validator;

  /** @param schema what the values are to be read as */
  constructor(schema: JsonObject | boolean) {
    this.#validator = validatorOf(schema);
  }

  /** True when a service with this schema can read the value. */
  fits(bytes: Uint8Array): boolean {
    const parsed = parse(bytes);
    return parsed !== undefined && this.#validator.check(parsed.value);
  }

  /** Why a value does not fit. Slower than {@link fits}: ask only for what is shown. */
  explain(bytes: Uint8Array): Misfit {
    const parsed = parse(bytes);
    if (parsed === undefined) return { path: "", problem: "is not JSON" };
    const issue = bytes.length > MAX_EXPLAINED_BYTES
      ? undefined
      : this.#validator.issues(parsed.value)[0];
    return {
      path: shorten(issue?.path ?? "", MAX_PATH),
      problem: shorten(issue?.message ?? "does not fit the schema", MAX_PROBLEM),
    };
  }
}

function parse(bytes: Uint8Array): { readonly value: unknown } | undefined {
  try {
    return { value: JSON.parse(decoder.decode(bytes)) };
  } catch {
    return undefined;
  }
}

function shorten(text: string, limit: number): string {
  return text.length <= limit ? text : `${text.slice(0, limit - 1).toWellFormed()}…`;
}
