import { assert, assertEquals } from "@std/assert";
import type { Change } from "../../reconcile/changes/change.ts";
import { makeChange } from "../../reconcile/diff/diff_report.ts";
import { githubAnnotations, githubFailure } from "./github_annotations.ts";
import { junitFailure, junitReport } from "./junit_report.ts";

const WHERE = { contract: "orders@v1", file: "contracts/a,b:c.ts" };
const HOSTILE = "\u0000\u001b[2J<b a='1' c=\"2\">&amp;]]>\r\n::error::x%0A\ufffe\ud800,:";

const CHANGES: readonly Change[] = [
  makeChange("kv.history.reduced", "/resources/kv/orders/history", { before: 5, after: 1 }),
  makeChange("kv.added", `/resources/kv/${HOSTILE}`, { after: HOSTILE }),
  makeChange("schema.unproved", "/resources/kv/orders/schema", {
    op: "change",
    reason: HOSTILE,
    example: HOSTILE,
  }),
];

Deno.test("every change is one annotation of its severity, beside the file", () => {
  const lines = githubAnnotations(CHANGES, WHERE);
  assertEquals(lines.length, 3);
  assertEquals(
    lines[0],
    "::error file=contracts/a%2Cb%3Ac.ts,title=orders@v1 kv.history.reduced::" +
      "kv orders history: fewer revisions of a key are kept%0A5 → 1%0A" +
      "because the server drops older revisions at once%0A" +
      "Revisions beyond the new number are gone the moment this is reconciled; they cannot be " +
      "brought back.%0ATo do: Keep `history` as it is, or copy the revisions that matter, and accept.",
  );
  assertEquals(lines.map((line) => line.split(" ")[0]), ["::error", "::notice", "::warning"]);
});

Deno.test("no text of a contract begins a command of its own", () => {
  for (const line of githubAnnotations(CHANGES, { contract: HOSTILE, file: HOSTILE })) {
    assertEquals(/[\p{Cc}]/u.test(line), false, line);
    const [, properties = "", message = ""] = /^::\w+ (.*?)::(.*)$/.exec(line) ?? [];
    assertEquals(properties.split(",").length, 2);
    assertEquals(/%(?!25|0D|0A|3A|2C)/.test(properties + message), false, line);
  }
});

Deno.test("the JUnit report is XML that says the same", () => {
  const suites = parseXml(junitReport([{ ...WHERE, changes: CHANGES }]));
  assertEquals([suites.name, suites.attributes.tests, suites.attributes.failures], [
    "testsuites",
    "3",
    "2",
  ]);
  const [suite, ...more] = suites.children;
  assertEquals(more, []);
  assertEquals([suite?.attributes.name, suite?.attributes.file], [WHERE.contract, WHERE.file]);
  const cases = suite?.children ?? [];
  assertEquals(cases.map(({ children }) => children.map(({ name }) => name)), [
    ["failure"],
    [],
    ["failure"],
  ]);
  const [failure] = cases[0]?.children ?? [];
  assertEquals(failure?.attributes, {
    type: "kv.history.reduced",
    message: "kv orders history: fewer revisions of a key are kept",
  });
  assert(failure?.text.includes("5 → 1"));
  const [odd] = cases[2]?.children ?? [];
  assert(odd?.text.includes("<b a='1' c=\"2\">&amp;]]>"), odd?.text);
});

Deno.test("every contract has a suite of its own, and the counts are of all", () => {
  const other = { contract: "other@v1", file: "contracts/other.ts", changes: [] };
  const report = junitReport([{ ...WHERE, changes: CHANGES }, other]);
  assertEquals(report.match(/<testsuite name="[^"]*"/g)?.length, 2);
  const tests = [...report.matchAll(/ tests="(\d+)"/g)].map(([, count]) => Number(count));
  assertEquals(tests, [CHANGES.length + 1, CHANGES.length, 1]);
});

Deno.test("without changes the report has one case that passed", () => {
  const suites = parseXml(junitReport([{ ...WHERE, changes: [] }]));
  assertEquals([suites.attributes.tests, suites.attributes.failures], ["1", "0"]);
  assertEquals(suites.children[0]?.children.map(({ attributes }) => attributes.name), [
    "no changes",
  ]);
});

Deno.test("a comparison that failed is one test case with an error, and one annotation", () => {
  const suites = parseXml(junitFailure(`first\n${HOSTILE}`, HOSTILE));
  assertEquals([suites.attributes.tests, suites.attributes.errors], ["1", "1"]);
  const [error] = suites.children[0]?.children[0]?.children ?? [];
  assertEquals([error?.name, error?.attributes.message], ["error", "first"]);
  const line = githubFailure(`first\n${HOSTILE}`, HOSTILE);
  assert(line.startsWith("::error file=") && line.includes("::first%0A"), line);
  assertEquals(/[\p{Cc}]/u.test(line), false, line);
});

interface Element {
  readonly name: string;
  readonly attributes: Record<string, string>;
  readonly children: Element[];
  text: string;
}

/** Reads XML without namespaces, comments, or sections, and refuses what XML 1.0 refuses. */
function parseXml(xml: string): Element {
  assert(
    /^[\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]*$/u.test(xml),
    "characters",
  );
  const body = xml.replace(/^<\?xml version="1.0" encoding="UTF-8"\?>\n/, "");
  const root: Element = { name: "", attributes: {}, children: [], text: "" };
  const open = [root];
  const token = /<(\/?)(\w+)((?: [\w:]+="[^"<]*")*)(\/?)>|([^<]+)/gy;
  let end = 0;
  for (const [whole, close, name = "", attributes = "", empty, text] of body.matchAll(token)) {
    end += whole.length;
    const parent = open.at(-1);
    assert(parent !== undefined);
    if (text !== undefined) parent.text += decode(text);
    else if (close) {
      assertEquals(open.pop()?.name, name);
    } else {
      const pairs = [...attributes.matchAll(/ ([\w:]+)="([^"]*)"/g)];
      const element: Element = {
        name,
        attributes: Object.fromEntries(pairs.map(([, key, value]) => [key, decode(value ?? "")])),
        children: [],
        text: "",
      };
      assertEquals(Object.keys(element.attributes).length, pairs.length);
      parent.children.push(element);
      if (!empty) open.push(element);
    }
  }
  assertEquals([end, open.length, root.children.length], [body.length, 1, 1]);
  return root.children[0]!;
}

function decode(text: string): string {
  assertEquals(/&(?!(?:amp|lt|gt|quot|apos);)/.test(text), false, text);
  const entities: Record<string, string> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };
  return text.replaceAll(/&(\w+);/g, (_, name: string) => entities[name] ?? "");
}
