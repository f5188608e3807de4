import type { ValidationIssue } from "../../../../contracts/errors/validation_error.ts";
import type { JsonValue } from "../../../../contracts/json/json.ts";
import type { ExplainedError } from "../../../program/command_context.ts";

/** What became of something that a person has typed. */
export type WriteOutcome =
  | { readonly kind: "written"; readonly revision: string }
  | {
    readonly kind: "refused";
    readonly error: ExplainedError;
    /** What was typed, where it is JSON. */
    readonly value?: JsonValue;
    readonly issues: readonly ValidationIssue[];
  }
  /** Somebody else was faster; what they wrote, undefined when they have deleted it. */
  | { readonly kind: "conflict"; readonly current: CurrentValue | undefined };

/** What is stored now. */
export interface CurrentValue {
  readonly revision: string;
  /** Undefined where it is no JSON. */
  readonly value: JsonValue | undefined;
  /** As it is stored, where it does not fit. */
  readonly raw?: string | undefined;
}
