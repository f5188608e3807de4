import { commandText } from "../program/command_text.ts";
import { wrap, wrapBehind } from "../terminal/wrap.ts";
import type { CommandSpec, Option, Options } from "./command_spec.ts";
import type { CommandTable } from "./command_table.ts";
import { EXIT_CODE_HELP } from "../program/exit_code.ts";
import { globalOptions, standaloneOptions } from "./global_options.ts";
import { operandsOf, type RouteNode, routeOf } from "./route.ts";
import { argumentUsage, commandUsage, optionUsage, pathUsage } from "./usage.ts";

/** Help is the same everywhere, so that it can be compared and pasted. */
const WIDTH = 80;
const INDENT = 2;
/** Terms that are longer than this have their text on the next line. */
const TERM_LIMIT = 32;

type Row = readonly [term: string, text: string];

/** `trellis --help`. */
export function overview({ groups }: CommandTable): string {
  return join(
    "Usage: trellis <command> [options]",
    "Typed services on NATS: contracts, what they may have, and what they get.",
    ...groups.map(({ title, prefix, commands }) => section(title, listed(commands, prefix))),
    section("Options, before or after the command", [
      ...optionRows(globalOptions),
      ...optionRows(standaloneOptions),
    ]),
    section("Exit codes", EXIT_CODE_HELP.map(([code, text]) => [String(code), text])),
    "`trellis <command> --help` shows arguments, options and an example.",
  );
}

/** `trellis kv --help`: what can follow the words that lead to a place. */
export function groupHelp(node: RouteNode): string {
  const commands = commandsUnder(node);
  const prefix = sharedPrefix(commands);
  return join(
    `Usage: trellis ${prefix} <command> [options]`,
    section("Commands", listed(commands, prefix)),
    `\`trellis ${prefix} <command> --help\` shows more.`,
  );
}

/** What follows a complaint about words: how to go on, and where there is more. */
export function groupUsageHint(node: RouteNode): string {
  const steps = ["trellis", ...sharedPrefix(commandsUnder(node)).split(" ")]
    .filter((step) => step !== "");
  const words = steps.filter((step) => !step.startsWith("<"));
  return `Usage: ${steps.join(" ")} <command> [options]\nMore:  ${
    commandText([...words.slice(1), "--help"])
  }`;
}

/** `trellis kv get --help`. */
export function commandHelp(command: CommandSpec): string {
  const slots = routeOf(command).filter((step) => typeof step !== "string");
  const argumentRows = [...slots, ...operandsOf(command)]
    .map((argument): Row => [argumentUsage(argument), argument.description]);
  return join(
    usageLine(commandUsage(command)),
    wrap(`${command.summary}. ${command.details}`, WIDTH),
    section("Arguments", argumentRows),
    section("Options", optionRows(command.options)),
    section("Example", command.example.split("\n").map((line) => [line, ""])),
    wrap(`Options of every command: ${globalNames()}; see \`trellis --help\`.`, WIDTH),
  );
}

/** Every command that begins with the words that lead to a place. */
function commandsUnder(node: RouteNode): readonly CommandSpec[] {
  const own = node.command === undefined ? [] : [node.command];
  const slot = node.slot === undefined ? [] : commandsUnder(node.slot.next);
  return [...own, ...slot, ...[...node.words.values()].flatMap(commandsUnder)];
}

function listed(commands: readonly CommandSpec[], prefix: string): readonly Row[] {
  return commands.map((command) => [
    pathUsage(command).slice(prefix === "" ? 0 : prefix.length + 1),
    command.summary,
  ]);
}

/** `svc <deployment> authority`: as far as all commands are the same, up to their last words. */
function sharedPrefix(commands: readonly CommandSpec[]): string {
  const [first = [], ...others] = commands.map((command) =>
    routeOf(command).slice(0, -1).map((step) =>
      typeof step === "string" ? step : argumentUsage(step)
    )
  );
  const differs = first.findIndex((step, index) => others.some((steps) => steps[index] !== step));
  return first.slice(0, differs < 0 ? first.length : differs).join(" ");
}

function optionRows(options: Options): readonly Row[] {
  return Object.entries<Option>(options).map(([key, option]) => [
    optionUsage(key, option),
    option.description + remark(option),
  ]);
}

function remark({ type, mode, fallback }: Option): string {
  const choices = type?.suggested.kind === "choices"
    ? `: ${type.suggested.choices.join(", ")}`
    : "";
  if (mode === "required") return `${choices} (required)`;
  return mode === "default" ? `${choices} (${fallback} when left out)` : choices;
}

/** `Usage: …`, with the following lines indented to the same column. */
function usageLine(usage: string): string {
  const lead = "Usage: ";
  return lead + wrapBehind(usage, WIDTH, lead.length);
}

function globalNames(): string {
  return optionRows({ ...globalOptions, ...standaloneOptions }).map(([term]) => term).join(", ");
}

/** A heading with two aligned columns below it; nothing when there are no rows. */
function section(title: string, rows: readonly Row[]): string {
  if (rows.length === 0) return "";
  const terms = rows.filter(([, text]) => text !== "").map(([term]) => term.length);
  const column = INDENT + Math.max(...terms.filter((length) => length <= TERM_LIMIT), 0) + 2;
  const lines = rows.map(([term, text]) => {
    const head = " ".repeat(INDENT) + term;
    if (text === "") return head;
    const body = wrap(text, WIDTH, column);
    return head.length + 2 <= column ? head + body.slice(head.length) : `${head}\n${body}`;
  });
  return [title, ...lines].join("\n");
}

function join(...parts: readonly string[]): string {
  return parts.filter((part) => part !== "").map((part) => part.trimEnd()).join("\n\n");
}
