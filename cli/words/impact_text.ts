import type { Impact } from "../../reconcile/changes/impact.ts";
import { bytes } from "../terminal/bytes.ts";
import { printable } from "../terminal/printable.ts";

const FIRST = 3;

/** What a change costs in live data: one sentence, then the first entries, one a line. */
export function impactLines(impact: Impact): readonly string[] {
  const { bucket, kind, values, revisions, complete, scanned, first } = impact;
  const [one, many] = kind === "store" ? ["entry", "entries"] : ["revision", "revisions"];
  const looked = `${count(scanned)} ${scanned === 1 ? one : many} looked at`;
  if (values === 0 && revisions === 0) {
    return [
      complete
        ? `nothing in ${printable(bucket)} is concerned; ${looked}`
        : `nothing found in ${printable(bucket)} so far; only ${looked}`,
    ];
  }
  const sentence =
    `${complete ? "" : "at least "}${concerned(impact)} (${bytes(impact.bytes)}) in ` +
    `${printable(bucket)} ${OUTCOME[impact.effect]}` + (complete ? "" : `; only ${looked}`);
  const shown = first.slice(0, FIRST);
  const more = values - shown.length;
  const rest = shown.length > 0 && more > 0 ? [`and ${count(more)} more`] : [];
  const keys = shown.map(({ key }) => printable(key));
  // Keys alone fit on one line; each problem gets a line of its own.
  if (shown.every(({ path, problem }) => path === undefined && problem === undefined)) {
    return keys.length === 0 ? [sentence] : [sentence, `first ${[...keys, ...rest].join(", ")}`];
  }
  const problems = shown.map(({ path = "", problem = "" }, index) =>
    `${keys[index] ?? ""}: ${printable(`${path} ${problem}`.trim())}`
  );
  return [sentence, ...problems, ...rest];
}

const OUTCOME: Readonly<Record<Impact["effect"], string>> = {
  dropped: "would be deleted",
  invalid: "would no longer fit the schema",
  too_large: "could not be written again",
  blocked: "leave no room: nothing could be written until some are deleted",
  detached: "would be out of reach",
};

function concerned({ kind, values, revisions }: Impact): string {
  const noun = kind === "store" ? "object" : "value";
  const keys = `${count(values)} ${noun}${values === 1 ? "" : "s"}`;
  const older = revisions - values;
  if (older <= 0) return keys;
  const olderText = `${count(older)} older revision${older === 1 ? "" : "s"}`;
  return values === 0 ? olderText : `${keys} and ${olderText}`;
}

function count(value: number): string {
  return value.toLocaleString("en-US");
}
