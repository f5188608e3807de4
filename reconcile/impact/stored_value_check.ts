import { jsonTextProblem, parseExactJson } from "../../contracts/json/exact_json.ts";
import type { JsonObject, JsonValue } from "../../contracts/json/json.ts";
import { err, isErr, type Result } from "../../contracts/result.ts";
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
    const value = parse(bytes).take();
    return !isErr(value) && this.fitsJson(value);
  }

  /** The same of a value that was parsed. */
  fitsJson(value: JsonValue): boolean {
    return this.#validator.check(value);
  }

  /** Why a value does not fit. Slower than {@link fits}: ask only for what is shown. */
  explain(bytes: Uint8Array): Misfit {
    const value = parse(bytes).take();
    return isErr(value)
      ? { path: "", problem: shorten(value.error, MAX_PROBLEM) }
      : this.explainJson(value, bytes.length);
  }

  /** The same of a value that was parsed, from so many bytes. */
  explainJson(value: JsonValue, bytes: number): Misfit {
    const issue = bytes > MAX_EXPLAINED_BYTES ? undefined : this.#validator.issues(value)[0];
    return {
      path: shorten(issue?.path ?? "", MAX_PATH),
      problem: shorten(issue?.message ?? "does not fit the schema", MAX_PROBLEM),
    };
  }
}

/** As a service reads it: what reading would change does not fit either. */
function parse(bytes: Uint8Array): Result<JsonValue, string> {
  let text: string;
  try {
    text = decoder.decode(bytes);
  } catch {
    return err("is not JSON");
  }
  return parseExactJson(text).mapErr(jsonTextProblem);
}

function shorten(text: string, limit: number): string {
  return text.length <= limit ? text : `${text.slice(0, limit - 1).toWellFormed()}…`;
}
