import { printable } from "../terminal/printable.ts";
import type { Style } from "../terminal/style.ts";
import type { ChainFact, ChainNode } from "./chain.ts";

/** A chain as a tree, one thing on each line, with the time since its root. */
export function chainText(root: ChainNode, style: Style): string {
  const begin = root.fact.at;
  const lines: string[] = [line(root.fact, undefined, style)];
  const draw = ({ children }: ChainNode, indent: string) => {
    for (const [at, child] of children.entries()) {
      const isLast = at === children.length - 1;
      lines.push(
        `${style.dim(indent + (isLast ? "└─ " : "├─ "))}${line(child.fact, begin, style)}`,
      );
      draw(child, indent + (isLast ? "   " : "│  "));
    }
  };
  draw(root, "");
  return lines.join("\n");
}

function line(fact: ChainFact, begin: number | undefined, style: Style): string {
  const words = printable(factText(fact));
  const isDead = "state" in fact && fact.state === "dead";
  const paint = isDead ? style.red : (text: string) => text;
  return `${style.bold(fact.kind === "missing" ? "event" : fact.kind)} ${paint(words)}` +
    style.dim(timeText(fact.at, begin));
}

function factText(fact: ChainFact): string {
  switch (fact.kind) {
    case "rpc":
      return `${fact.id}  (the call itself is not stored)`;
    case "event":
      return `${fact.name} ${fact.id}`;
    case "missing":
      return `${fact.id}  (not stored any more, or earlier than what was read)`;
    case "group":
    case "projection": {
      const state = fact.state ?? "how it stands is not known";
      return `${fact.deployment}/${fact.group}  ${state}${fact.error ? `: ${fact.error}` : ""}`;
    }
    case "kv":
    case "store": {
      const { deployment, alias, key, isDeletion, revision, folded } = fact;
      const more = folded?.hasMore ? `, with later events up to ${folded.sequence}` : "";
      return `${deployment}/${alias} ${key}  ` +
        `${isDeletion ? "deleted" : "written"}, revision ${revision}${more}`;
    }
  }
}

function timeText(at: number | undefined, begin: number | undefined): string {
  if (at === undefined) return "";
  return begin === undefined ? `  ${new Date(at).toISOString()}` : `  +${at - begin} ms`;
}
