import { displayWidth } from "../terminal/display_width.ts";
import { printable } from "../terminal/printable.ts";
import type { Screen } from "../terminal/terminal.ts";
import { wrap } from "../terminal/wrap.ts";
import type { ChainFact, ChainNode } from "./chain.ts";

/** A chain as a tree, one thing on each line, with the time since its root; on more lines where one is too narrow. */
export function chainText(root: ChainNode, screen: Pick<Screen, "columns" | "style">): string {
  const begin = root.fact.at;
  const lines = [...nodeLines(root, undefined, "", "", screen)];
  const draw = ({ children }: ChainNode, indent: string) => {
    for (const [at, child] of children.entries()) {
      const isLast = at === children.length - 1;
      const below = indent + (isLast ? "   " : "│  ");
      lines.push(...nodeLines(child, begin, indent + (isLast ? "└─ " : "├─ "), below, screen));
      draw(child, below);
    }
  };
  draw(root, "");
  return lines.join("\n");
}

function nodeLines(
  { fact, children }: ChainNode,
  begin: number | undefined,
  lead: string,
  below: string,
  { columns, style }: Pick<Screen, "columns" | "style">,
): readonly string[] {
  const isDead = "state" in fact && (fact.state === "dead" || fact.state === "failed");
  const paint = isDead ? style.red : (text: string) => text;
  const [name = "", more = ""] = factText(fact).map((text = "") => printable(text));
  const kind = fact.kind === "missing" ? fact.of : fact.kind;
  const head = `${style.dim(lead)}${style.bold(kind)} ${paint(name)}`;
  const rest = [
    ...(more === "" ? [] : [paint(more)]),
    ...(fact.at === undefined ? [] : [style.dim(timeText(fact.at, begin))]),
  ].join("  ");
  const line = rest === "" ? head : `${head}  ${rest}`;
  if (displayWidth(line) <= columns || rest === "") return [line];
  const indent = below + (children.length > 0 ? "│    " : "     ");
  const rows = wrap(rest, Math.max(20, columns - indent.length), 0).split("\n");
  return [head, ...rows.map((row) => `${style.dim(indent)}${row}`)];
}

/** What it is, and what is to be said of it. */
function factText(fact: ChainFact): readonly [string, string?] {
  switch (fact.kind) {
    case "rpc":
      return [fact.id, "(the call itself is not stored)"];
    case "event":
      return [`${fact.name} ${fact.id}`];
    case "missing":
      return [fact.id, "(not stored any more, or earlier than what was read)"];
    case "job":
    case "op": {
      const state = fact.state ?? "how it stands is not known";
      const error = fact.error ? `: ${fact.error}` : "";
      return [`${fact.deployment}/${fact.name} ${fact.id}`, `${state}${error}`];
    }
    case "group":
    case "projection": {
      const state = fact.state ?? "how it stands is not known";
      const error = fact.error ? `: ${fact.error}` : "";
      return [`${fact.deployment}/${fact.group}`, `${state}${error}`];
    }
    case "kv":
    case "store": {
      const { deployment, alias, key, isDeletion, revision, folded } = fact;
      const more = folded?.hasMore ? `, with later events up to ${folded.sequence}` : "";
      const written = `${isDeletion ? "deleted" : "written"}, revision ${revision}${more}`;
      return [`${deployment}/${alias} ${key}`, written];
    }
  }
}

function timeText(at: number, begin: number | undefined): string {
  return begin === undefined ? new Date(at).toISOString() : `+${at - begin} ms`;
}
