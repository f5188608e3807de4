import type { Change } from "../../reconcile/changes/change.ts";
import { printable, unicodeEscape } from "../terminal/printable.ts";
import { placeText } from "../words/change_place.ts";
import { changeWords } from "../words/change_words.ts";

/**
 * Changes as a JUnit report: a test case each, dangerous ones failed. Without changes there is one
 * case that passed, because tools treat an empty report as an error.
 */
export function junitReport(
  changes: readonly Change[],
  { contract, file }: { readonly contract: string; readonly file: string },
): string {
  const failures = changes.filter(({ severity }) => severity === "dangerous").length;
  const counts = `tests="${Math.max(changes.length, 1)}" failures="${failures}" errors="0"`;
  const cases = changes.length === 0
    ? [`    <testcase classname="${escape(contract)}" name="no changes"/>`]
    : changes.map((change) => testCase(change, contract));
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="trellis contract diff" ${counts}>`,
    `  <testsuite name="${escape(contract)}" ${counts} file="${escape(file)}">`,
    ...cases,
    "  </testsuite>",
    "</testsuites>",
  ].join("\n");
}

/** A comparison that failed, as a report of one test case with an error. */
export function junitFailure(message: string, file: string): string {
  const counts = `tests="1" failures="0" errors="1"`;
  const [first = "", ...details] = message.split("\n");
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="trellis contract diff" ${counts}>`,
    `  <testsuite name="${escape(file)}" ${counts} file="${escape(file)}">`,
    `    <testcase classname="${escape(file)}" name="can be compared">`,
    `      <error type="contract.diff" message="${escape(first)}">` +
    `${details.map(escape).join("\n")}</error>`,
    "    </testcase>",
    "  </testsuite>",
    "</testsuites>",
  ].join("\n");
}

function testCase(change: Change, contract: string): string {
  const name = `${change.code} ${placeText(change)}`;
  const head = `    <testcase classname="${escape(contract)}" name="${escape(name)}"`;
  if (change.severity === "safe") return `${head}/>`;
  const [message = "", ...details] = changeWords(change);
  return [
    `${head}>`,
    `      <failure type="${escape(change.code)}" message="${escape(message)}">` +
    `${details.map(escape).join("\n")}</failure>`,
    "    </testcase>",
  ].join("\n");
}

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&apos;",
};

/** XML has no way to write most control characters at all, nor these two. */
function escape(text: string): string {
  return printable(text).replaceAll(/[\uFFFE\uFFFF]/g, unicodeEscape)
    .replaceAll(/[&<>"']/g, (char) => ENTITIES[char] ?? "");
}
