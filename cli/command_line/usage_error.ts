import { isErr } from "../../contracts/result.ts";
import { type CommandSpec, optionName } from "./command_spec.ts";
import type { CommandTable } from "./command_table.ts";
import { closest, meantCommand } from "./did_you_mean.ts";
import { EXIT_CODE, type ExitCode } from "../program/exit_code.ts";
import { globalOptions, standaloneOptions } from "./global_options.ts";
import { groupUsageHint } from "./help.ts";
import { quote } from "./quote.ts";
import { readOptions } from "./read_values.ts";
import { operandsOf, type Route, type RouteNode } from "./route.ts";
import type { Token } from "./tokenize.ts";
import { argumentUsage, usageHint } from "./usage.ts";

/** The command line cannot be understood. Nothing in it moves a cursor. */
export interface UsageError {
  readonly kind: "usage_error";
  /** What is wrong, one line. */
  readonly message: string;
  /** What was probably meant, or what to do: one sentence. */
  readonly suggestion?: string;
  /** How the command is used, and where there is more; two lines. */
  readonly usage: string;
  readonly exitCode: ExitCode;
}

/** Makes a complaint about a command, or about words that lead to none. */
export function usageError(
  message: string,
  where: CommandSpec | RouteNode,
  suggestion?: string,
): UsageError {
  const usage = "path" in where ? usageHint(where) : groupUsageHint(where);
  const exitCode = "path" in where ? where.usageExitCode ?? EXIT_CODE.usage : EXIT_CODE.usage;
  return suggestion === undefined
    ? { kind: "usage_error", message, usage, exitCode }
    : { kind: "usage_error", message, suggestion, usage, exitCode };
}

/** The first option that does not belong here. */
export function unknownOption(
  tokens: readonly Token[],
  node: RouteNode,
  { optionsByName }: CommandTable,
): UsageError | undefined {
  const { command } = node;
  // Before the command is known, an option of any command may be right.
  const known = command === undefined
    ? [...optionsByName.keys()]
    : Object.keys({ ...command.options, ...globalOptions, ...standaloneOptions }).map(optionName);
  const unknown = tokens.filter((token) => token.kind === "option")
    .find((token) => !known.includes(token.name));
  if (unknown === undefined) return undefined;
  const where = command ?? node;
  if (optionsByName.has(unknown.name)) {
    return usageError(`this command takes no option ${quote(unknown.name)}`, where);
  }
  const near = closest(unknown.name, known);
  const mayBeValue = command !== undefined && operandsOf(command).length > 0;
  const otherwise = mayBeValue ? "If it is a value, write -- before it." : undefined;
  return usageError(
    `there is no option ${quote(unknown.name)}`,
    where,
    near === undefined ? otherwise : `Did you mean \`${near}\`?`,
  );
}

/** There are options and no command: `--nats status`, where the word became the option's value. */
export function missingCommand(tokens: readonly Token[], { root }: CommandTable): UsageError {
  const general = readOptions(globalOptions, tokens).take();
  if (isErr(general)) return usageError(general.error, root);
  const taker = tokens.find((token) =>
    token.kind === "option" && token.value !== undefined && root.words.has(token.value)
  );
  return usageError(
    "there is no command",
    root,
    taker?.kind === "option"
      ? `${quote(taker.value ?? "")} was taken as the value of ${taker.name}.`
      : undefined,
  );
}

/** The words lead nowhere, or not far enough. */
export function unknownCommand(route: Route, table: CommandTable): UsageError {
  const { node, taken, rest, slots } = route;
  for (const [argument, text] of slots) {
    const read = argument.type.read(text);
    if (read.isErr()) return usageError(`${argumentUsage(argument)} ${read.error}`, node);
  }
  const [unknown] = rest;
  const meant = unknown === undefined ? undefined : meantCommand(route, table);
  if (unknown !== undefined && meant !== undefined) {
    return usageError(
      `there is no command ${quote(unknown)} here`,
      node,
      `Did you mean \`${meant}\`?`,
    );
  }
  const next = node.slot === undefined
    ? [...node.words.keys()].join(", ")
    : `<${node.slot.argument.type.placeholder}>`;
  const goesOn = `${quote(["trellis", ...taken].join(" "))} goes on with: ${next}`;
  if (unknown === undefined) return usageError(goesOn, node);
  const known = node === table.root ? "" : `; ${goesOn}`;
  return usageError(`there is no command ${quote(unknown)} here${known}`, node);
}
