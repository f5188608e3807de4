import type { PermissionLine } from "../../reconcile/grants/permission_line.ts";
import type { DeploymentPermissions } from "../deployments/deployment_permissions.ts";
import { printable } from "../terminal/printable.ts";
import type { Screen } from "../terminal/terminal.ts";
import { wrap } from "../terminal/wrap.ts";

/** Everything that a session may publish and subscribe to, for a person: by what it is for. */
export function permissionsText(
  { deployment, contract, kind, permissions }: DeploymentPermissions,
  screen: Screen,
): string {
  const { style } = screen;
  const who = contract === null
    ? "nothing is accepted yet: an instance may only ask why"
    : `${contract}, run by a ${kind}`;
  const all = [
    ...permissions.publish.map((line) => ({ line, verb: "publish" })),
    ...permissions.subscribe.map((line) => ({ line, verb: "subscribe" })),
  ];
  const lines = [...Map.groupBy(all, ({ line }) => line.why)].flatMap(([why, group]) => [
    "",
    style.bold(printable(why)),
    ...group.map(({ line, verb }) => subjectText(line, verb, screen)),
  ]);
  return [`${style.bold(deployment)}  ${style.dim(printable(who))}`, ...lines].join("\n");
}

/** A subject is never cut: what it is for goes below it where the line is too short for both. */
function subjectText(
  { subject, part, keptFor }: PermissionLine,
  verb: string,
  { columns, style }: Screen,
): string {
  const start = `  ${style.dim(verb.padEnd(9))}  `;
  const words = [part, keptFor && `for ${keptFor}`].filter(Boolean).join("; ");
  if (words === "") return start + subject;
  const fits = INDENT + subject.length + 2 + words.length <= columns;
  const below = () => wrap(words, columns, INDENT + 2).split("\n").map(style.dim).join("\n");
  return start + subject + (fits ? `  ${style.dim(words)}` : `\n${below()}`);
}

/** Columns before a subject. */
const INDENT = 13;
