import type { JsonValue } from "../json/json.ts";
import type { Alternative, Values } from "./values/alternatives.ts";
import type { Evaluator } from "./values/evaluator.ts";
import type { DangerousSchemaChangeCode } from "./finding.ts";
import type { Identities } from "./identities.ts";
import type { PatternLanguage } from "../patterns/pattern_language.ts";
import type { OldValues } from "./values/old_values.ts";
import type { Samples } from "./values/samples.ts";
import type { Schema } from "../schema/schema_parts.ts";
import type { Steps } from "../patterns/steps.ts";

/** A reason why the new schema may refuse values of the old one, at one place. */
export interface Issue {
  readonly code: DangerousSchemaChangeCode;
  /** JSON pointer into the new schema. */
  readonly path: string;
  readonly message: string;
  readonly before?: JsonValue;
  readonly after?: JsonValue;
  /** Values of the place where the issue is seen that may show it; none is verified. */
  readonly examples: () => readonly JsonValue[];
}

/** No reason: the inclusion is proved. */
export const PROVED: readonly Issue[] = [];

/** What the new schema's meaning keywords say around a place: numbers of keywords with values. */
export type Meaning = ReadonlySet<number>;

/** What the checks of single keywords need of the proof that they are part of. */
export interface Proof {
  readonly steps: Steps;
  readonly evaluator: Evaluator;
  readonly language: PatternLanguage;
  readonly identities: Identities;
  readonly old: OldValues;
  readonly samples: Samples;
  /** Why the new schema may refuse some of the values; none when it takes them all. */
  compare(values: Values, schema: Schema, path: string): readonly Issue[];
  /**
   * The same for one alternative.
   *
   * @param meaning what stands around; undefined when meaning is compared elsewhere
   */
  include(
    alternative: Alternative,
    schema: Schema,
    path: string,
    meaning?: Meaning,
  ): readonly Issue[];
  /** True when it is proved that the schema takes no value of the alternative. */
  isDisjoint(alternative: Alternative, schema: Schema): boolean;
}

/** A JSON pointer in words. */
export function where(path: string): string {
  return path === "" ? "at the top" : `at ${path}`;
}

/** A short text of a value, for messages. */
export function shown(value: JsonValue): string {
  const text = JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 59)}…` : text;
}
