import { assert, assertEquals } from "@std/assert";
import type { SchemaChangeCode } from "../../contracts/compatibility/finding.ts";
import { changeCatalogue, changeCodes, changeEntry } from "./catalogue.ts";
import type { ChangeCode } from "./change_code.ts";
import { diffNeeds } from "../diff/diff_needs.ts";
import {
  CHANGE_SAMPLES,
  type ChangeSample,
  NOT_FROM_A_COMPARISON,
} from "../../tests/support/changes/change_samples.ts";
import {
  receivedSample,
  SCHEMA_SAMPLES,
  writtenSample,
} from "../../tests/support/changes/schema_samples.ts";

/** Compares a sample, and checks the change that it is a sample of. */
function check(
  code: ChangeCode,
  { before, after, context, path, beside = [] }: ChangeSample,
): void {
  const changes = diffNeeds(before, after, context);
  const change = changes.find((found) => found.code === code);
  assert(change !== undefined, `${code} is not among ${changes.map((found) => found.code)}`);
  assertEquals(changes.map((found) => found.code).sort(), [code, ...beside].sort());
  assert(change.path.startsWith(path), `${change.path} is not in ${path}`);
  assertEquals(change.severity, changeCatalogue[code].severity);
  assert(change.reason.length > 0);
}

for (const [code, sample] of Object.entries(CHANGE_SAMPLES)) {
  const { severity, title } = changeEntry(code) ?? { severity: "unknown", title: "" };
  // The keys of the samples are codes, which is what their type says.
  Deno.test(`${code} is ${severity}: ${title}`, () => check(code as ChangeCode, sample));
}

for (const [code, [before, after]] of Object.entries(SCHEMA_SAMPLES)) {
  // The keys of the samples are codes, which is what their type says.
  const written = code as SchemaChangeCode;
  Deno.test(`${code} is ${changeCatalogue[written].severity} for what is stored`, () => {
    check(written, writtenSample(before, after));
  });
  Deno.test(`${code} the other way round is a change of what others receive`, () => {
    const [change, ...more] = diffNeeds(
      receivedSample(after, before).before,
      receivedSample(after, before).after,
    );
    assertEquals(more, []);
    assert(change !== undefined);
    check(change.code, receivedSample(after, before));
    const isSafe = code === "schema.widened" || code === "schema.annotated";
    assertEquals(change.severity, isSafe ? "safe" : "dangerous");
    assertEquals(change.code.startsWith("output."), code !== "schema.annotated");
  });
}

Deno.test("every code of the catalogue is made by something", () => {
  const samples: readonly ChangeSample[] = [
    ...Object.values(CHANGE_SAMPLES),
    ...Object.values(SCHEMA_SAMPLES).flatMap(([before, after]) => [
      writtenSample(before, after),
      receivedSample(after, before),
    ]),
  ];
  const made = samples.flatMap(({ before, after, context }) => diffNeeds(before, after, context));
  const codes = new Set([...NOT_FROM_A_COMPARISON, ...made.map(({ code }) => code)]);
  assertEquals([...codes].sort(), [...changeCodes].sort());
});

Deno.test("the catalogue speaks in sentences that fit where they stand", () => {
  for (const code of changeCodes) {
    const entry = changeCatalogue[code];
    for (const phrase of [entry.title, entry.reason]) {
      assert(/^[a-z`]|^(?:KV|RPC)/.test(phrase) && !phrase.endsWith("."), `${code}: ${phrase}`);
    }
    if (entry.severity === "safe") continue;
    for (const sentence of [entry.danger, entry.wayOut]) {
      assert(/^[A-Z]/.test(sentence) && sentence.endsWith("."), `${code}: ${sentence}`);
    }
  }
});
