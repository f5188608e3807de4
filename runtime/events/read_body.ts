import type { ValidationIssue } from "../../contracts/errors/validation_error.ts";
import { jsonTextProblem, parseExactJson } from "../../contracts/json/exact_json.ts";
import type { JsonValue } from "../../contracts/json/json.ts";
import { err, isErr, ok, type Result } from "../../contracts/result.ts";
import type { Validator } from "../../contracts/schema/validator.ts";
import { decodeUtf8 } from "../nats/utf8/utf8_text.ts";

/** Why bytes are no body of an event. */
export type BodyMisfit =
  /** They hold no JSON; `problem` follows "the body". */
  | { readonly kind: "text"; readonly problem: string }
  /** They hold JSON that does not fit the schema. */
  | { readonly kind: "schema"; readonly issues: readonly ValidationIssue[] };

/** Reads the body of an event that is stored: the same for all who ask whether it is one. */
export function readBody(validator: Validator, data: Uint8Array): Result<JsonValue, BodyMisfit> {
  const text = decodeUtf8(data);
  if (text === undefined) return err({ kind: "text", problem: "is not UTF-8 text" });
  const body = parseExactJson(text).take();
  if (isErr(body)) return err({ kind: "text", problem: jsonTextProblem(body.error) });
  return validator.check(body) ? ok(body) : err({ kind: "schema", issues: validator.issues(body) });
}
