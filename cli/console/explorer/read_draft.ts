import type { ValidationIssue } from "../../../contracts/errors/validation_error.ts";
import { parseExactJson } from "../../../contracts/json/exact_json.ts";
import type { JsonValue } from "../../../contracts/json/json.ts";
import type { Schema } from "../../../contracts/schema/schema_parts.ts";
import { validatorOf } from "../../../contracts/schema/validator.ts";
import { DEFAULT_TIMEOUT_MS } from "../../../runtime/rpc/rpc_caller.ts";
import { sampleValue } from "../../view/sample_call.ts";
import { countOf, type FormField, formField, type Typed } from "./form_field.ts";
import { typedFor, typedValue, withItem, withoutItem } from "./typed_value.ts";

/** The longest wait for an answer, in milliseconds. */
const MOST_TIMEOUT_MS = 60_000;

/** What was typed for a call. */
export interface Draft {
  /** How the input is written. */
  readonly mode: "form" | "json";
  readonly field: FormField;
  readonly typed: Typed;
  /** The input as JSON, for the mode `json`. */
  readonly json: string;
  readonly as: string;
  readonly contract: string;
  readonly timeoutMs: string;
  readonly issues: readonly ValidationIssue[];
}

/** The form before anything was typed. */
export function emptyDraft(schema: Schema): Draft {
  const typed = new Map<string, string>();
  const field = formField(schema, typed);
  return {
    mode: field.kind === "json" ? "json" : "form",
    field,
    typed,
    json: "{}",
    as: "",
    contract: "",
    timeoutMs: String(DEFAULT_TIMEOUT_MS),
    issues: [],
  };
}

/** What was sent, with what its button has done to it. */
export function readDraft(schema: Schema, sent: Typed): Draft {
  const { draft, value } = draftOf(schema, sent);
  const add = sent.get("add");
  const remove = sent.get("remove");
  if (add !== undefined) return retyped(schema, draft, withItem(sent, add, countOf(add, sent)));
  if (remove !== undefined) {
    const list = remove.slice(0, remove.lastIndexOf("/"));
    const at = Number(remove.slice(list.length + 1));
    return retyped(schema, draft, withoutItem(sent, list, at, countOf(list, sent)));
  }
  switch (sent.get("do")) {
    case "json":
      return { ...draft, mode: "json", json: JSON.stringify(value ?? {}, null, 2), issues: [] };
    case "form": {
      if (draft.issues.length > 0 || value === undefined) return draft;
      return { ...retyped(schema, draft, filledIn(schema, value)), mode: "form" };
    }
    case "example": {
      const example = sampleValue(schema);
      if (example === undefined) {
        const message = "no example was found for this schema";
        return { ...draft, issues: [{ path: "", message }] };
      }
      const json = JSON.stringify(example, null, 2);
      return { ...retyped(schema, draft, filledIn(schema, example)), json };
    }
    default:
      return draft;
  }
}

/** What is to be called, once nothing is wrong with what was typed. */
export type CallInput =
  & { readonly draft: Draft }
  & (
    | { readonly kind: "good"; readonly input: JsonValue; readonly timeoutMs: number }
    | { readonly kind: "wrong" }
  );

/** Reads what is to be sent, and checks it as the client of a caller would. */
export function readCall(schema: Schema, sent: Typed): CallInput {
  const { draft, value } = draftOf(schema, sent);
  const input = value ?? {};
  const timeoutMs = Number(draft.timeoutMs);
  const isWait = Number.isSafeInteger(timeoutMs) && timeoutMs >= 1 && timeoutMs <= MOST_TIMEOUT_MS;
  const issues = [
    ...draft.issues,
    ...(draft.issues.length > 0 ? [] : validatorOf(schema).issues(input)),
    ...(isWait ? [] : [{ path: "", message: `wait between 1 and ${MOST_TIMEOUT_MS} ms` }]),
  ];
  return issues.length === 0
    ? { kind: "good", draft, input, timeoutMs }
    : { kind: "wrong", draft: { ...draft, issues } };
}

function draftOf(
  schema: Schema,
  sent: Typed,
): { readonly draft: Draft; readonly value: JsonValue | undefined } {
  const field = formField(schema, sent);
  const mode = sent.get("mode") === "json" || field.kind === "json" ? "json" : "form";
  const text = sent.get("json") ?? "{}";
  const about = {
    mode,
    field,
    typed: sent,
    json: text,
    as: (sent.get("as") ?? "").trim(),
    contract: (sent.get("contract") ?? "").trim(),
    timeoutMs: sent.get("timeout") ?? "",
  } as const;
  if (mode === "form") {
    const { value, problems } = typedValue(field, sent);
    return { draft: { ...about, issues: problems }, value };
  }
  const parsed = parseExactJson(text);
  if (parsed.isOk()) return { draft: { ...about, issues: [] }, value: parsed.value };
  const { message, hint } = parsed.error;
  const issues = [{ path: "", message: hint === undefined ? message : `${message}; ${hint}` }];
  return { draft: { ...about, issues }, value: undefined };
}

function filledIn(schema: Schema, value: JsonValue): Typed {
  return typedFor(value, (typed) => formField(schema, typed));
}

function retyped(schema: Schema, draft: Draft, typed: Typed): Draft {
  return { ...draft, typed, field: formField(schema, typed), issues: [] };
}
