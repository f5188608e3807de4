import leven from "leven";
import { commandText, PROGRAM } from "../program/command_text.ts";
import { shellWord } from "../terminal/shell_word.ts";
import type { CommandSpec } from "./command_spec.ts";
import type { CommandTable } from "./command_table.ts";
import type { Route } from "./route.ts";
import { argumentUsage } from "./usage.ts";

/** Longest text that is compared: a mistyped word is not longer. */
const LONGEST = 64;

/** The candidate that was probably meant: a few letters off, or abbreviated. */
export function closest(given: string, candidates: Iterable<string>): string | undefined {
  const typed = given.toLowerCase();
  if (typed.length < 2 || typed.length > LONGEST) return undefined;
  let best: { readonly candidate: string; readonly off: number } | undefined;
  for (const candidate of candidates) {
    const known = candidate.toLowerCase();
    const begins = known.startsWith(typed) && typed.replace(/^-+/, "").length >= 2;
    const off = begins ? 0.5 : leven(typed, known);
    if (off <= Math.max(1, typed.length / 3) && off < (best?.off ?? Infinity)) {
      best = { candidate, off };
    }
  }
  return best?.candidate;
}

/** A whole command line that was probably meant, when the words of `route` lead nowhere. */
export function meantCommand(
  { node, taken, literals, slots, rest }: Route,
  { commands }: CommandTable,
): string | undefined {
  const [unknown = ""] = rest;
  const near = closest(unknown, node.words.keys());
  if (near !== undefined) {
    return commandText([...taken, near]);
  }
  // The right words, with one left out or in the wrong place: `trellis plan list`.
  const typed = new Set([...taken, ...rest]);
  const score = (command: CommandSpec): number => {
    const words = command.path.filter((step) => typeof step === "string");
    if (!words.includes(unknown) || (literals.length > 0 && literals[0] !== words[0])) return 0;
    return words.filter((word) => typed.has(word)).length / words.length;
  };
  const [best] = commands
    .map((command) => ({ command, score: score(command) }))
    .filter((candidate) => candidate.score > 0)
    .sort((a, b) => b.score - a.score);
  if (best === undefined) return undefined;
  // What was given for an argument stays, unless it is one of the words: `svc authority plan`.
  const given = new Map(slots.map(([argument, text]) => [argument.name, text]));
  const { path } = best.command;
  const steps = path.map((step) => {
    if (typeof step === "string") return step;
    const text = given.get(step.name);
    return text === undefined || path.includes(text) ? argumentUsage(step) : shellWord(text);
  });
  return [...PROGRAM, ...steps].join(" ");
}
