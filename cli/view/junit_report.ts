import type { Change } from "../../reconcile/changes/change.ts";
import { printable, unicodeEscape } from "../terminal/printable.ts";
import { placeText } from "../words/change_place.ts";
import { changeWords } from "../words/change_words.ts";

/** What changes in a contract. */
export interface ContractChanges {
  readonly contract: string;
  readonly file: string;
  readonly changes: readonly Change[];
}

/**
 * Changes as a JUnit report: a suite for each contract, a test case for each change, dangerous ones
 * failed. Without changes there is one case that passed, because tools treat an empty report as an error.
 */
export function junitReport(contracts: readonly ContractChanges[]): string {
  const changes = contracts.map((contract) => contract.changes);
  const suites = contracts.flatMap(({ contract, file, changes }) => [
    `  <testsuite name="${escape(contract)}" ${counts([changes])} file="${escape(file)}">`,
    ...(changes.length === 0
      ? [`    <testcase classname="${escape(contract)}" name="no changes"/>`]
      : changes.map((change) => testCase(change, contract))),
    "  </testsuite>",
  ]);
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="trellis contract diff" ${counts(changes)}>`,
    ...suites,
    "</testsuites>",
  ].join("\n");
}

function counts(contracts: readonly (readonly Change[])[]): string {
  const tests = contracts.reduce((sum, changes) => sum + Math.max(changes.length, 1), 0);
  const failures = contracts.flat().filter(({ severity }) => severity === "dangerous").length;
  return `tests="${tests}" failures="${failures}" errors="0"`;
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
