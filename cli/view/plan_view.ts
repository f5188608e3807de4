import type { JsonValue } from "../../contracts/json.ts";
import type { PlanView } from "../../reconcile/authority.ts";
import type { Change } from "../../reconcile/change.ts";
import type { PlanState } from "../../reconcile/record.ts";
import { COMMAND } from "../command_name.ts";
import { printable } from "../terminal/printable.ts";
import type { Paint, Style } from "../terminal/style.ts";
import type { Screen } from "../terminal/terminal.ts";
import { wrap } from "../terminal/wrap.ts";

/** How the state of a plan is coloured. */
export function paintState(state: PlanState, style: Style): Paint {
  switch (state) {
    case "accepted":
      return style.green;
    case "pending":
      return style.yellow;
    case "rejected":
      return style.red;
    case "superseded":
      return style.dim;
  }
}

/** A plan for a person: dangerous changes first, what to do, one summary line last. */
export function planText({ plan, state }: PlanView, screen: Screen): string {
  const { style } = screen;
  const width = Math.min(screen.columns, 100);
  const dangerous = plan.changes.filter(({ severity }) => severity === "dangerous");
  const safe = plan.changes.filter(({ severity }) => severity === "safe");
  const lines = [
    `${style.bold(`plan ${plan.id}`)}  ${paintState(state, style)(state)}`,
    style.dim(
      `${plan.deployment}  ${plan.needs.contract}  made ${plan.createdAt}  ` +
        `from version ${plan.baseVersion}`,
    ),
    "",
  ];
  for (
    const [title, changes, paint] of [
      ["dangerous", dangerous, style.red],
      ["safe", safe, style.green],
    ] as const
  ) {
    if (changes.length === 0) continue;
    lines.push(paint(title));
    for (const change of changes) lines.push(...changeLines(change, style, width));
    lines.push("");
  }
  if (state === "pending") lines.push(...decisionLines(plan.deployment, plan.id, plan.kind), "");
  lines.push(
    `${plan.kind}: ${dangerous.length} dangerous, ${safe.length} safe`,
  );
  return lines.join("\n");
}

function changeLines(change: Change, style: Style, width: number): string[] {
  const mark = { add: "+", change: "~", remove: "-" }[change.op];
  const lines = [`  ${mark} ${style.bold(printable(readablePath(change.path)))}  ${change.code}`];
  const before = change.before === undefined ? undefined : brief(change.before, width - 14);
  const after = change.after === undefined ? undefined : brief(change.after, width - 14);
  if (before !== undefined) lines.push(`      before  ${before}`);
  if (after !== undefined) lines.push(`      after   ${after}`);
  lines.push(...wrap(printable(change.reason), width - 6, 0).split("\n").map((l) => `      ${l}`));
  return lines;
}

/** `/resources/kv/orders/history` -> `resources kv orders history` */
function readablePath(pointer: string): string {
  return pointer.slice(1).split("/").map((token) =>
    token.replaceAll("~1", "/").replaceAll("~0", "~")
  ).join(" ");
}

function brief(value: JsonValue, width: number): string {
  const text = printable(typeof value === "string" ? value : JSON.stringify(value));
  return text.length <= width ? text : `${text.slice(0, Math.max(width - 1, 10))}…`;
}

function decisionLines(deployment: string, id: string, kind: "update" | "migration"): string[] {
  const accept = kind === "update"
    ? `accept-update ${id}`
    : `accept-migration ${id} --acknowledgement "…"`;
  return [
    "to decide",
    `  ${COMMAND} svc ${deployment} authority ${accept}`,
    `  ${COMMAND} svc ${deployment} authority reject ${id} --reason "…"`,
  ];
}
