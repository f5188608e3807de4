import type { ValidationIssue } from "../../contracts/errors/validation_error.ts";
import { jsonTextProblem, parseExactJson } from "../../contracts/json/exact_json.ts";
import { err, isErr, ok, type Result } from "../../contracts/result.ts";
import type { Validator } from "../../contracts/schema/validator.ts";
import { jsonMisfit } from "../../contracts/json/json_fit.ts";
import { KVError } from "./kv_error.ts";

const encoder = new TextEncoder();
// Not `fatal: true` with a BOM kept: a byte order mark is no JSON, and JSON.parse says so.
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Turns values into the bytes of a bucket and back; refuses what does not fit the schema. */
export class ValueCodec<T> {
  readonly #validator: Validator;
  readonly #alias: string;
  /** Limits the written form. */
  readonly maxBytes: number | undefined;

  /** @param alias names the store in messages; `maxBytes` limits the written form */
  constructor(validator: Validator, alias: string, maxBytes: number | undefined) {
    this.#validator = validator;
    this.#alias = alias;
    this.maxBytes = maxBytes;
  }

  /** Plain JSON, of whatever size; error: `invalid_value`. */
  text(key: string, value: unknown): Result<string, KVError> {
    try {
      const misfit = jsonMisfit(value);
      if (misfit !== undefined) return err(this.#invalid(key, [misfit]));
      if (!this.#validator.check(value)) {
        return err(this.#invalid(key, this.#validator.issues(value)));
      }
      return ok(JSON.stringify(value));
    } catch (cause) {
      // Getters and proxies run code of their own, which may throw.
      return err(this.#invalid(key, [{ path: "", message: `cannot be read: ${cause}` }], cause));
    }
  }

  /** Plain JSON as UTF-8; errors: `invalid_value`, `too_large`. */
  encode(key: string, value: unknown): Result<Uint8Array, KVError> {
    const text = this.text(key, value).take();
    if (isErr(text)) return text;
    const bytes = encoder.encode(text);
    if (this.maxBytes !== undefined && bytes.length > this.maxBytes) {
      const message = `the value of ${this.#place(key)} has ${bytes.length} bytes, more than the ` +
        `${this.maxBytes} that the binding allows; store less, or raise maxValueBytes`;
      return err(new KVError({ reason: "too_large", message, key }));
    }
    return ok(bytes);
  }

  /** The value that was stored; error: `corrupt_value`. */
  decode(key: string, bytes: Uint8Array): Result<T, KVError> {
    let text: string;
    try {
      text = decoder.decode(bytes);
    } catch (cause) {
      return err(this.#corrupt(key, [{ path: "", message: "is not JSON" }], cause));
    }
    const value = parseExactJson(text).take();
    if (isErr(value)) {
      return err(this.#corrupt(key, [{ path: "", message: jsonTextProblem(value.error) }]));
    }
    if (!this.#validator.check(value)) {
      return err(this.#corrupt(key, this.#validator.issues(value)));
    }
    // The validator has just established it; T is the static type of its schema.
    return ok(value as T);
  }

  #invalid(key: string, issues: readonly ValidationIssue[], cause?: unknown): KVError {
    const message = `the value for ${this.#place(key)} is refused: ${summary(issues)}`;
    return new KVError({ reason: "invalid_value", message, key, issues, cause });
  }

  #corrupt(key: string, issues: readonly ValidationIssue[], cause?: unknown): KVError {
    const message = `what is stored in ${this.#place(key)} does not fit its schema: ` +
      `${
        summary(issues)
      }; a service with a newer contract may have written it: update this one, or ` +
      "write a value that fits";
    return new KVError({ reason: "corrupt_value", message, key, issues, cause });
  }

  #place(key: string): string {
    return `kv.${this.#alias} "${key}"`;
  }
}

function summary(issues: readonly ValidationIssue[]): string {
  const first = issues[0];
  if (first === undefined) return "it does not fit the schema";
  const more = issues.length > 1 ? ` (and ${issues.length - 1} more)` : "";
  return `${first.path === "" ? "it" : first.path} ${first.message}${more}`;
}
