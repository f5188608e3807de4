import { isErr } from "../../contracts/result.ts";
import type { Command } from "../program/command.ts";
import type { CommandSpec } from "./command_spec.ts";
import { takesValue } from "../commands/command_table.ts";
import {
  COMPLETE_WORD,
  type CompletionAsked,
  readCompletion,
} from "../completion/complete_word.ts";
import { EXIT_CODE } from "../program/exit_code.ts";
import type { GlobalOptions } from "../program/global_options.ts";
import { globalOptions } from "./global_options.ts";
import { commandHelp, groupHelp, overview } from "./help.ts";
import { readArguments, readOptions } from "./read_values.ts";
import { follow, type Route, routeRoot } from "./route.ts";
import { type Token, tokenize } from "./tokenize.ts";
import {
  missingCommand,
  unknownCommand,
  unknownOption,
  type UsageError,
  usageError,
} from "./usage_error.ts";

/** What a command line asks for. */
export type ParsedCommandLine =
  | { readonly kind: "command"; readonly command: Command; readonly globals: GlobalOptions }
  | { readonly kind: "help"; readonly text: string; readonly exitCode: typeof EXIT_CODE.ok }
  | { readonly kind: "version" }
  | CompletionAsked
  | UsageError;

/** Environment variables that stand in for options. */
export interface CommandLineEnvironment {
  /** For `--nats`. */
  readonly NATS_URL?: string | undefined;
}

/**
 * Reads a command line. Pure: the same words give the same answer.
 *
 * ```ts ignore
 * parseCommandLine(["kv", "get", "orders-service", "orders", "ord_1"]);
 * // { kind: "command", command: { kind: "kv_get", service: "orders-service", … }, globals: … }
 * ```
 *
 * @param argv the words behind `trellis`
 */
export function parseCommandLine(
  argv: readonly string[],
  environment: CommandLineEnvironment = {},
): ParsedCommandLine {
  if (argv[0] === COMPLETE_WORD) {
    const asked = readCompletion(argv).take();
    return isErr(asked) ? usageError(asked.error, routeRoot) : asked;
  }
  const tokens = tokenize(argv, takesValue);
  const words = tokens.filter((token) => token.kind === "word").map((token) => token.text);
  const has = (name: "--help" | "--version"): boolean =>
    tokens.some((token) => token.kind === "option" && token.name === name);

  if (words[0] === "help") return help(words.slice(1));
  if (has("--help")) return help(words);
  if (has("--version")) return { kind: "version" };

  if (argv.length === 0) return shown(overview());
  const route = follow(words);
  const { command } = route.node;
  const unknown = unknownOption(tokens, route.node);
  if (words.length === 0) return unknown ?? missingCommand(tokens);
  if (command === undefined) return unknownCommand(route);
  return unknown ?? build(command, route, tokens, environment);
}

function build(
  command: CommandSpec,
  route: Route,
  tokens: readonly Token[],
  environment: CommandLineEnvironment,
): ParsedCommandLine {
  const general = readOptions(globalOptions, tokens).take();
  if (isErr(general)) return usageError(general.error, command);
  const options = readOptions(command.options, tokens).take();
  if (isErr(options)) return usageError(options.error, command);
  const operands = readArguments(command, route).take();
  if (isErr(operands)) return usageError(operands.error, command);

  const { nats, ...others } = general;
  const globals: GlobalOptions = { ...others, nats: nats ?? (environment.NATS_URL || undefined) };
  const built = command.build({ ...operands, ...options }, globals);
  if (built.kind === "completion") return { ...built, words: undefined };
  return { kind: "command", command: built, globals };
}

function help(words: readonly string[]): ParsedCommandLine {
  const route = follow(words, true);
  const { node, rest } = route;
  if (node.command !== undefined) return shown(commandHelp(node.command));
  if (rest.length > 0) return unknownCommand(route);
  return shown(node === routeRoot ? overview() : groupHelp(node));
}

function shown(text: string): ParsedCommandLine {
  return { kind: "help", text, exitCode: EXIT_CODE.ok };
}
