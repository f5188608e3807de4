import { assert, assertEquals } from "@std/assert";
import { compareSchemas } from "./compare_schemas.ts";
import type { JsonObject } from "../json/json.ts";
import { validatorOf } from "../schema/validator.ts";
import type { Change } from "../../tests/contracts/compatibility/changes/change.ts";
import { LITERALS } from "../../tests/contracts/compatibility/changes/literals.ts";
import { MEANING } from "../../tests/contracts/compatibility/changes/meaning.ts";
import { OBJECTS } from "../../tests/contracts/compatibility/changes/objects.ts";
import { RECORDS_AND_LISTS } from "../../tests/contracts/compatibility/changes/records_and_lists.ts";
import { SCALARS } from "../../tests/contracts/compatibility/changes/scalars.ts";
import { UNIONS } from "../../tests/contracts/compatibility/changes/unions.ts";

const TOPICS: readonly (readonly [string, readonly Change[]])[] = [
  ["scalars", SCALARS],
  ["literals", LITERALS],
  ["objects", OBJECTS],
  ["records and lists", RECORDS_AND_LISTS],
  ["unions", UNIONS],
  ["meaning", MEANING],
];

/** The schema as it stands in a manifest: plain JSON. */
function plain(schema: object | boolean): JsonObject | boolean {
  return JSON.parse(JSON.stringify(schema));
}

for (const [topic, changes] of TOPICS) {
  Deno.test(`changes of ${topic} are found`, async (t) => {
    for (const change of changes) {
      await t.step(change.name, () => {
        const before = plain(change.before);
        const after = plain(change.after);
        const { verdict, findings } = compareSchemas(before, after);
        const codes = [...new Set(findings.map(({ code }) => code))];
        assertEquals(
          { verdict, codes: codes.sort() },
          { verdict: change.verdict, codes: [...change.codes].sort() },
        );
        for (const { message, example } of findings) {
          assert(message.endsWith("."), message);
          if (example === undefined) continue;
          assertEquals(validatorOf(before).check(example), true);
          assertEquals(validatorOf(after).check(example), false);
        }
      });
    }
  });
}

Deno.test("there are many changes, and their names differ", () => {
  const names = TOPICS.flatMap(([, changes]) => changes.map(({ name }) => name));
  assert(names.length >= 150, `only ${names.length}`);
  assertEquals(new Set(names).size, names.length);
});
