import { assert, assertEquals, assertLess, assertThrows } from "@std/assert";
import fc from "fast-check";
import { Evaluator } from "../../contracts/compatibility/values/evaluator.ts";
import type { ValidationIssue } from "../../contracts/errors/validation_error.ts";
import { PatternLanguage } from "../../contracts/patterns/pattern_language.ts";
import { Steps } from "../../contracts/patterns/steps.ts";
import { CompiledValidator } from "../../contracts/schema/compiled_validator.ts";
import { samplesOf, TEXT_FORMATS } from "../../contracts/schema/formats.ts";
import { InterpretedValidator } from "../../contracts/schema/interpreted_validator.ts";
import { MAX_ISSUES } from "../../contracts/schema/issue_report.ts";
import { checkSchema } from "../../contracts/schema/declared/schema_check.ts";
import { anything, Chance, randomSchema, randomValue } from "./compatibility/random_schemas.ts";
import { runsOf } from "../support/random/runs.ts";

/** Values to each schema. */
const VALUES = 20;

const cases = fc.nat().map((seed) => {
  const chance = new Chance(seed);
  const schema = randomSchema(chance);
  const isFit = checkSchema(schema).length === 0;
  const values = Array.from(
    { length: VALUES },
    () => chance.is(85) ? randomValue(schema, chance) : anything(chance, 3),
  );
  return { schema: isFit ? schema : true, values };
});

Deno.test("a page takes what the platform takes, and says the same of what it refuses", () => {
  let count = 0;
  let undecided = 0;
  fc.assert(
    fc.property(cases, ({ schema, values }) => {
      const compiled = new CompiledValidator(schema);
      const interpreted = new InterpretedValidator(schema);
      const steps = new Steps(Infinity);
      const evaluator = new Evaluator(steps, new PatternLanguage(steps));
      for (const value of values) {
        count++;
        const fits = interpreted.check(value);
        const issues = interpreted.issues(value);
        assertEquals(issues.length === 0, fits);
        // It knows where the library has its own mind: inherited names among those that were seen.
        if (compiled.check(value) !== fits && evaluator.admits(schema, value) === undefined) {
          undecided++;
          continue;
        }
        assertEquals(fits, compiled.check(value), JSON.stringify(value));
        const known = compiled.issues(value);
        const isCut = known.length === MAX_ISSUES || issues.length === MAX_ISSUES;
        // The library looks for what nothing has looked at while parts of it are still wrong.
        if (isCut || JSON.stringify(schema).includes('"unevaluated')) continue;
        assertEquals(texts(issues), texts(known));
      }
    }),
    { numRuns: runsOf(120) },
  );
  assertLess(undecided, count / 100);
});

Deno.test("a page knows every format as the platform does", () => {
  const characters = fc.constantFrom(..."0123456789abfzZTtP:.-+/@ %{}\\([*~#é");
  const edits = fc.array(fc.tuple(fc.nat(60), fc.nat(2), characters), { maxLength: 2 });
  for (const format of [...TEXT_FORMATS.keys(), "int32", "int64", "double", "password"]) {
    const schema = { format };
    const [compiled, interpreted] = [
      new CompiledValidator(schema),
      new InterpretedValidator(schema),
    ];
    const same = (value: unknown) =>
      assertEquals(interpreted.check(value), compiled.check(value), `${format} ${value}`);
    for (const value of [0, 1.5, -(2 ** 31), 2 ** 31, 2 ** 53, "", "a", null]) same(value);
    for (const sample of samplesOf(format)) {
      assert(interpreted.check(sample), sample);
      fc.assert(
        fc.property(edits, (changes) => {
          let text = sample;
          for (const [at, gone, added] of changes) {
            const place = at % (text.length + 1);
            text = text.slice(0, place) + added + text.slice(place + gone);
          }
          same(text);
        }),
        { numRuns: 50 },
      );
    }
  }
});

Deno.test("nothing that a page checks with compiles code", () => {
  const schema = randomSchema(new Chance(7));
  const { Function: compile } = globalThis;
  const refuse = () => {
    throw new EvalError("code is compiled");
  };
  globalThis.Function = new Proxy(compile, { apply: refuse, construct: refuse });
  try {
    new InterpretedValidator(schema).check({});
    // The other one does, so that this test would see it.
    assertThrows(() => new CompiledValidator({ type: "string" }).check(""), EvalError);
  } finally {
    globalThis.Function = compile;
  }
});

function texts(issues: readonly ValidationIssue[]): readonly string[] {
  return [...new Set(issues.map(({ path, message }) => `${path} ${message}`))].sort();
}
