import type { PlanView } from "../../reconcile/authority/authority.ts";
import type { GrantComparison } from "../../reconcile/grants/compare_grants.ts";
import type { UseStanding } from "../../reconcile/needs/use_standing.ts";
import type { Decision, PlanState } from "../../reconcile/records/authority_record.ts";
import { PROGRAM } from "../program/command_text.ts";
import { shellWord } from "../terminal/shell_word.ts";
import { printable } from "../terminal/printable.ts";
import type { Paint, Style } from "../terminal/style.ts";
import type { Screen } from "../terminal/terminal.ts";
import { wrap } from "../terminal/wrap.ts";
import { changesLines, countText, textWidth } from "./change_view.ts";
import { commandLines } from "./command_lines.ts";

/** The colour of a plan's state, or of its outcome. */
export function paintState(state: PlanState | Decision["outcome"], style: Style): Paint {
  switch (state) {
    case "accepted":
      return style.green;
    case "pending":
      return style.yellow;
    case "rejected":
      return style.red;
    default:
      return style.dim;
  }
}

/** A plan for a person: dangerous changes first, what to do, one summary line last. */
export function planText(
  { plan, state }: PlanView,
  lacking: readonly UseStanding[],
  screen: Screen,
): string {
  const { style } = screen;
  const width = textWidth(screen);
  const { deployment, needs, baseVersion, createdAt, rollbackTo } = plan;
  const base = rollbackTo === undefined
    ? baseVersion === 0 ? "nothing accepted yet" : `from version ${baseVersion}`
    : `from version ${baseVersion} back to version ${rollbackTo}`;
  const facts = [deployment, needs.contract, base, `made ${createdAt}`].map((fact) =>
    printable(fact)
  );
  const lines = [
    `${style.bold(`plan ${plan.id}`)}  ${paintState(state, style)(state)}`,
    ...wrap(facts.join("  "), width).split("\n").map(style.dim),
    "",
    ...changesLines(plan.changes, screen),
    "",
    ...permissionChangeLines(plan.permissions, screen),
    ...lackingLines(lacking, screen),
  ];
  if (state === "pending") {
    // Lines are broken for a person alone: a program finds each command whole.
    const room = screen.columns === Infinity ? Infinity : width;
    lines.push(...decisionLines(plan.deployment, plan.id, plan.kind, room, style), "");
  }
  const paint = plan.kind === "migration" ? style.red : style.green;
  lines.push(`${paint(plan.kind)}: ${countText(plan.changes)}`);
  return lines.join("\n");
}

/** What its instances may do from then on, and what no more. */
function permissionChangeLines(
  { gains, loses }: GrantComparison = { gains: [], loses: [] },
  screen: Screen,
): readonly string[] {
  return [
    ...listLines("gains the right to", gains, screen),
    ...listLines("loses the right to", loses, screen),
  ];
}

/** What it uses of others and is not accepted. */
function lackingLines(lacking: readonly UseStanding[], screen: Screen): readonly string[] {
  const words = (isRequired: boolean) =>
    lacking.filter(({ required }) => required === isRequired)
      .flatMap(({ contract, missing }) => missing.map((what) => `${what} of ${contract}`));
  return [
    ...listLines("its services wait until it is accepted to", words(true), screen),
    ...listLines("goes without, until it is accepted, the right to", words(false), screen),
  ];
}

function listLines(title: string, words: readonly string[], screen: Screen): readonly string[] {
  return words.length === 0 ? [] : [
    screen.style.bold(title),
    ...wrap(printable(words.join(", ")), textWidth(screen), 2).split("\n"),
    "",
  ];
}

function decisionLines(
  deployment: string,
  id: string,
  kind: "update" | "migration",
  width: number,
  style: Style,
): string[] {
  const words = [...PROGRAM, "svc", shellWord(deployment), "authority"];
  const accept = kind === "update"
    ? ["accept-update", id]
    : ["accept-migration", id, '--acknowledgement "…"'];
  return [
    style.bold("to decide"),
    ...commandLines([...words, ...accept], width, 2).map(style.cyan),
    ...commandLines([...words, "reject", id, '--reason "…"'], width, 2).map(style.cyan),
  ];
}
