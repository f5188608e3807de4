import type { Permissions } from "../../reconcile/grants/permission_line.ts";
import { outcomesOf, type ProofOutcome, type ProofStep } from "../../reconcile/proof/proof_step.ts";
import { printable } from "../terminal/printable.ts";
import type { Screen } from "../terminal/terminal.ts";
import { wrap } from "../terminal/wrap.ts";
import { textWidth } from "./change_view.ts";
import { permissionsText } from "./permissions_view.ts";
import { counted } from "./session_view.ts";

/** What a proof was about, and what came of it. */
export interface Proof {
  readonly deployment: string;
  readonly contract: string;
  readonly digest: string;
  readonly nats: string;
  readonly natsVersion: string;
  /** When it began, as `2026-01-31T12:00:00.000Z`. */
  readonly at: string;
  readonly by: string;
  readonly session: string;
  readonly permissions: Permissions;
  readonly steps: readonly ProofStep[];
}

const OUTCOMES = ["denied", "limit", "allowed"] as const;

/** A proof for a program. */
export function proofJson(proof: Proof): object {
  const outcomes = outcomesOf(proof.steps);
  return { ...proof, outcomes, proved: outcomes.allowed === 0 };
}

/** A proof as a text that is complete without the server: what was granted, tried, and how it ended. */
export function proofText(proof: Proof, screen: Screen): string {
  const { style } = screen;
  const { deployment, contract, permissions, steps } = proof;
  const facts = [
    ["contract", `${contract} ${proof.digest}`],
    ["server", `nats-server ${proof.natsVersion} at ${proof.nats}`],
    ["session", `${proof.session}, made for this proof and revoked after it`],
    ["begun", `${proof.at} by ${proof.by}`],
  ] as const;
  const outcomes = outcomesOf(steps);
  const proved = outcomes.allowed === 0;
  const verdict = `${outcomes.denied} denied, ${counted(outcomes.limit, "known limit")} of NATS, ` +
    `${outcomes.allowed} allowed that must not be`;
  const title = style.bold(`Proof of what ${printable(deployment)} may do and may not do`);
  const granted = permissionsText({ deployment, contract, kind: "service", permissions }, screen);
  return [
    title,
    ...facts.map(([name, value]) => `${style.dim(name.padEnd(9))} ${printable(value)}`),
    "",
    granted,
    "",
    style.bold("What it must not do, and tried"),
    ...[...Map.groupBy(steps, ({ what }) => what)].flatMap(([what, group]) => [
      "",
      `${style.bold(what)}`,
      ...group.map((step) => stepText(step, screen)),
    ]),
    "",
    `${proved ? style.green("proved") : style.red("not proved")}: ${verdict}`,
  ].join("\n");
}

/** A subject is never cut. */
function stepText({ outcome, attempt, note }: ProofStep, screen: Screen): string {
  const { style } = screen;
  const paint = { denied: style.green, limit: style.yellow, allowed: style.red }[outcome];
  // A long subject has a line for itself.
  const parts = printable(attempt).split(", ").join(`,\n${" ".repeat(WIDEST + 4)}`);
  const line = `  ${paint(outcome.padEnd(WIDEST))}  ${parts}`;
  if (note === undefined) return line;
  const below = wrap(printable(note), textWidth(screen), WIDEST + 4);
  return [line, ...below.split("\n").map(style.dim)].join("\n");
}

const WIDEST = Math.max(...OUTCOMES.map((outcome: ProofOutcome) => outcome.length));
