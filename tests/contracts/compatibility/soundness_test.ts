import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { compareSchemas } from "../../../contracts/compatibility/compare_schemas.ts";
import { Evaluator } from "../../../contracts/compatibility/values/evaluator.ts";
import { PatternLanguage } from "../../../contracts/patterns/pattern_language.ts";
import { Steps } from "../../../contracts/patterns/steps.ts";
import type { JsonObject, JsonValue } from "../../../contracts/json/json.ts";
import { checkSchema } from "../../../contracts/schema/declared/schema_check.ts";
import { CompiledValidator } from "../../../contracts/schema/compiled_validator.ts";
import { declares } from "./declared_values.ts";
import { anything, Chance, mutated, randomSchema, randomValue } from "./random_schemas.ts";
import { runsOf } from "../../support/random/runs.ts";

const RUNS = runsOf(250);
const VALUES = 30;

type Schema = JsonObject | boolean;

const seeds = fc.nat().map((seed) => new Chance(seed));

/** Two schemas of which the second is, mostly, the first with a few changes. */
const pairs = seeds.map((chance) => {
  const before = randomSchema(chance);
  const near = chance.is(80) ? mutated(before, chance) : randomSchema(chance);
  const after = chance.is(30) ? mutated(near, chance) : near;
  const isFit = checkSchema(before).length === 0 && checkSchema(after).length === 0;
  return isFit ? { chance, before, after } : { chance, before: true, after: true };
});

function check(test: (chance: Chance, before: Schema, after: Schema) => void): void {
  fc.assert(
    fc.property(pairs, ({ chance, before, after }) => test(chance, before, after)),
    { numRuns: RUNS },
  );
}

Deno.test("what is compatible refuses no declared value, and examples are examples", () => {
  check((chance, before, after) => {
    const { verdict, findings } = compareSchemas(before, after);
    const [old, now] = [new CompiledValidator(before), new CompiledValidator(after)];
    for (const { example } of findings) {
      if (example === undefined) continue;
      assert(old.check(example), "the old schema takes the example");
      assert(!now.check(example), "the new schema refuses the example");
    }
    if (verdict !== "same" && verdict !== "compatible") return;
    const isDeclared = declares(before, after);
    for (let i = 0; i < VALUES; i++) {
      const value = chance.is(85) ? randomValue(before, chance) : anything(chance, 3);
      if (isDeclared(value)) assert(now.check(value), `refused: ${JSON.stringify(value)}`);
    }
  });
});

Deno.test("a compatible comparison has safe findings only, and any other a dangerous one", () => {
  const safe = ["schema.widened", "schema.annotated"];
  check((_, before, after) => {
    const { verdict, findings } = compareSchemas(before, after);
    const dangerous = findings.filter(({ code }) => !safe.includes(code));
    const isSafe = verdict === "same" || verdict === "compatible";
    assertEquals(dangerous.length > 0, !isSafe);
    assertEquals(findings.length > 0, verdict !== "same");
    if (!isSafe) assertEquals(dangerous.length, findings.length);
  });
});

Deno.test("a schema is the same as itself in any order", () => {
  check((chance, before) => {
    const other = shuffled(before, chance);
    assertEquals(compareSchemas(before, other), { verdict: "same", findings: [] });
  });
});

Deno.test("a schema is compatible with itself under other words, and with a union of it", () => {
  check((_, before) => {
    const titled = typeof before === "boolean" ? before : { ...before, title: "changed" };
    const expected = typeof before === "boolean" ? "same" : "compatible";
    assertEquals(compareSchemas(before, titled).verdict, expected);
    const wider = { anyOf: [{ type: "null" }, before] };
    assert(["same", "compatible"].includes(compareSchemas(before, wider).verdict));
  });
});

Deno.test("the interpreter decides as the validator does, where it decides", () => {
  check((chance, schema) => {
    const steps = new Steps(Infinity);
    const evaluator = new Evaluator(steps, new PatternLanguage(steps));
    const validator = new CompiledValidator(schema);
    for (let i = 0; i < VALUES; i++) {
      const value = chance.is(85) ? randomValue(schema, chance) : anything(chance, 3);
      const answer = evaluator.admits(schema, value);
      if (answer !== undefined) assertEquals(answer, validator.check(value), JSON.stringify(value));
    }
  });
});

/** The same schema, written in another order wherever order says nothing. */
function shuffled(value: Schema, chance: Chance): Schema;
function shuffled(value: JsonValue, chance: Chance): JsonValue;
function shuffled(value: JsonValue, chance: Chance): JsonValue {
  if (Array.isArray(value)) return value.map((item) => shuffled(item, chance));
  if (typeof value !== "object" || value === null) return value;
  const members = Object.entries(value).map(([key, member]): [string, JsonValue] => {
    const isFree = Array.isArray(member) &&
      ["anyOf", "oneOf", "allOf", "required", "enum", "type"].includes(key);
    const other = shuffled(member, chance);
    return [key, isFree && Array.isArray(other) ? order(other, chance) : other];
  });
  return Object.fromEntries(order(members, chance));
}

function order<T>(items: readonly T[], chance: Chance): T[] {
  return items.map((item) => [chance.below(1000), item] as const)
    .sort(([a], [b]) => a - b).map(([, item]) => item);
}
