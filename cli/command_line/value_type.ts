import { err, ok, type Result } from "../../contracts/result.ts";
import { parseExactJson } from "../../contracts/json/exact_json.ts";
import type { JsonSource } from "../program/input/json_source.ts";
import { quote } from "./quote.ts";

/** What is known when values are looked up while a line is typed. */
export interface ValueRequest {
  /** The beginning of the value; others may be left out of the answer. */
  readonly prefix: string;
  /** Arguments and options before it by name: `deployment`, or `service` and `alias`. */
  readonly given: Readonly<Record<string, string>>;
  /** The server to ask, as far as one is named. */
  readonly nats: string | undefined;
  /** The directory of the project. */
  readonly project: string;
  /** Where this machine's NATS server listens when none is named; 4222 unless set. */
  readonly localPort: number | undefined;
}

/**
 * Looks up values that stand on no list, most of them in a running system. It should give up after a
 * moment: a person waits at a prompt.
 */
export type LookUp = (request: ValueRequest) => Promise<readonly string[]>;

/** What may stand in a place, for completion. */
export type Suggested =
  | { readonly kind: "nothing" }
  | { readonly kind: "choices"; readonly choices: readonly string[] }
  | { readonly kind: "path"; readonly type: "file" | "directory" | "any" }
  | { readonly kind: "looked_up"; readonly lookUp: LookUp };

/** How the text of an argument or option is read. */
export interface ValueType<T> {
  /** Stands for the value in help, without brackets: `plan-id`. */
  readonly placeholder: string;
  /** What completion offers. */
  readonly suggested: Suggested;
  /** The value, or what is wrong, to be read behind the name of the place: `must be …`. */
  read(text: string): Result<T, string>;
}

/** Any text that is not empty: an empty one is nearly always a shell variable that is not set. */
export function text(placeholder: string, lookUp?: LookUp): ValueType<string> {
  return {
    placeholder,
    suggested: lookUp === undefined ? { kind: "nothing" } : { kind: "looked_up", lookUp },
    read: notEmpty,
  };
}

/** The path of a file, a directory, or either. */
export function path(placeholder: string, type: "file" | "directory" | "any"): ValueType<string> {
  return { placeholder, suggested: { kind: "path", type }, read: notEmpty };
}

/** A whole number within bounds. */
export function wholeNumber(
  placeholder: string,
  minimum: number,
  maximum: number = Number.MAX_SAFE_INTEGER,
): ValueType<number> {
  const range = maximum === Number.MAX_SAFE_INTEGER
    ? `a whole number from ${minimum}`
    : `a whole number from ${minimum} to ${maximum}`;
  return {
    placeholder,
    suggested: { kind: "nothing" },
    read(given) {
      const value = Number(given);
      const fits = /^-?\d+$/.test(given) && value >= minimum && value <= maximum;
      return fits ? ok(value) : err(`must be ${range}, not ${quote(given)}`);
    },
  };
}

const UNITS_MS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

/** A length of time with its unit, in milliseconds: `500ms`, `30s`, `2m`, `1h`. */
export function duration(placeholder: string): ValueType<number> {
  return {
    placeholder,
    suggested: { kind: "nothing" },
    read(given) {
      const [, count = "", unit = ""] = /^(\d{1,6})(ms|s|m|h)$/.exec(given) ?? [];
      const unitMs = UNITS_MS[unit];
      return unitMs === undefined
        ? err(`must be a time as 500ms, 30s, 2m or 1h, not ${quote(given)}`)
        : ok(Number(count) * unitMs);
    },
  };
}

/** One of a few words. */
export function oneOf<const C extends readonly string[]>(
  placeholder: string,
  choices: C,
): ValueType<C[number]> {
  return {
    placeholder,
    suggested: { kind: "choices", choices },
    read(given) {
      const choice: C[number] | undefined = choices.find((candidate) => candidate === given);
      return choice === undefined
        ? err(`must be one of ${choices.join(", ")}, not ${quote(given)}`)
        : ok(choice);
    },
  };
}

/** JSON on the command line, `-` for stdin, `@file` for a file. */
export function json(): ValueType<JsonSource> {
  return {
    placeholder: "json|-|@file",
    suggested: { kind: "nothing" },
    read(given) {
      if (given === "-") return ok<JsonSource>({ from: "stdin" });
      if (given === "@") return err("names no file behind the @");
      if (given.startsWith("@")) return ok<JsonSource>({ from: "file", path: given.slice(1) });
      return parseExactJson(given)
        .mapErr(({ code, message, hint }) =>
          code === "json.syntax"
            ? `is not JSON: ${quote(given)}; put it in single quotes, as '{"id":"a"}' or '"text"'`
            : `cannot be read exactly: ${message}; ${hint}`
        )
        .map((value): JsonSource => ({ from: "argument", value }));
    },
  };
}

function notEmpty(given: string): Result<string, string> {
  return given === "" ? err("is empty; if it came from a variable, is that one set?") : ok(given);
}
