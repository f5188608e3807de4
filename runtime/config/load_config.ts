/**
 * Configuration of a service from its environment, parsed with Zod.
 *
 * @module
 */
import type { z } from "zod";
import { err, ok, type Result } from "../../contracts/result.ts";
import { ConfigError } from "./config_error.ts";
import { describeIssue } from "./describe_issue.ts";
import { readVariables } from "../host/deno_variables.ts";

/**
 * Parses configuration with a Zod schema of an object: coercions, defaults and transforms are Zod's.
 * Without `variables` it reads the environment variables that the schema names, no others; one that
 * the process may not read counts as not set, and is named if the schema cannot do without it.
 *
 * ```ts
 * import { isErr, loadConfig } from "@qlever-llc/trellis";
 * import { z } from "zod";
 *
 * const configSchema = z.object({
 *   ARANGO_URL: z.string().url(),
 *   LOG_LEVEL: z.enum(["debug", "info", "warn", "error"]).default("info"),
 * });
 * const config = loadConfig(configSchema, { ARANGO_URL: "http://localhost:8529" }).orThrow();
 * config.LOG_LEVEL; // "info"
 *
 * const failed = loadConfig(configSchema, { LOG_LEVEL: "loud" }).take();
 * if (isErr(failed)) failed.error.issues; // ARANGO_URL is not set; LOG_LEVEL must be one of …
 * ```
 *
 * Errors: {@link ConfigError} with every issue at once, by variable. It never holds a value.
 *
 * @throws {TypeError} when the schema is not one of an object with named members
 */
export function loadConfig<S extends z.ZodType>(
  schema: S,
  variables?: Readonly<Record<string, string | undefined>>,
): Result<z.output<S>, ConfigError> {
  const names = memberNames(schema);
  if (names === undefined) throw new TypeError("loadConfig: the schema must be a z.object({ … })");
  const { values, unreadable } = variables === undefined
    ? readVariables(names)
    : { values: named(variables, names), unreadable: [] };
  const parsed = schema.safeParse(values);
  if (parsed.success) return ok(parsed.data);
  return err(
    new ConfigError(parsed.error.issues.map((issue) => describeIssue(issue, values, unreadable))),
  );
}

/** Only what the schema names, as from the environment: a strict schema is not for other programs. */
function named(
  variables: Readonly<Record<string, string | undefined>>,
  names: readonly string[],
): Record<string, string> {
  const values: Record<string, string> = {};
  for (const name of names) {
    const value = Object.hasOwn(variables, name) ? variables[name] : undefined;
    if (value !== undefined) values[name] = value;
  }
  return values;
}

/** The members that a schema of an object names; undefined for any other schema. */
function memberNames(schema: unknown): readonly string[] | undefined {
  const definition: unknown = at(schema, "_zod", "def");
  switch (at(definition, "type")) {
    case "object":
      return Object.keys(Object(at(definition, "shape")));
    case "pipe":
      return memberNames(at(definition, "in"));
    case "readonly":
    case "default":
    case "prefault":
    case "optional":
    case "nullable":
    case "nonoptional":
    case "catch":
      return memberNames(at(definition, "innerType"));
    case "intersection": {
      const left = memberNames(at(definition, "left"));
      const right = memberNames(at(definition, "right"));
      return left === undefined || right === undefined ? undefined : [...left, ...right];
    }
    default:
      return undefined;
  }
}

function at(value: unknown, ...path: readonly string[]): unknown {
  let current = value;
  for (const name of path) {
    if (typeof current !== "object" || current === null) return undefined;
    current = Reflect.get(current, name);
  }
  return current;
}
