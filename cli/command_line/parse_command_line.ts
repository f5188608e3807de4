import { isErr } from "../../contracts/result.ts";
import { withDomain } from "../../runtime/nats/link/js_domain.ts";
import type { GlobalOptions } from "../program/global_options.ts";
import type { CommandSpec } from "./command_spec.ts";
import { type CommandTable, takesValue } from "./command_table.ts";
import { globalOptions } from "./global_options.ts";
import { commandHelp, groupHelp, overview } from "./help.ts";
import { readArguments, readOptions } from "./read_values.ts";
import { follow, type Route } from "./route.ts";
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
  | {
    readonly kind: "command";
    readonly command: CommandSpec;
    /** For `command.run`. */
    readonly values: Readonly<Record<string, unknown>>;
    readonly globals: GlobalOptions;
  }
  | { readonly kind: "help"; readonly text: string }
  | { readonly kind: "version" }
  | UsageError;

/** Environment variables that stand in for options. */
export interface CommandLineEnvironment {
  /** For `--nats`. */
  readonly NATS_URL?: string | undefined;
  /** For `--domain`. */
  readonly NATS_DOMAIN?: string | undefined;
}

/**
 * Reads a command line. Pure: the same words give the same answer.
 *
 * ```ts ignore
 * parseCommandLine(["kv", "get", "orders-service", "orders", "ord_1"], COMMANDS);
 * // { kind: "command", command, values: { service: "orders-service", … }, globals: … }
 * ```
 *
 * @param argv the words behind `trellis`
 */
export function parseCommandLine(
  argv: readonly string[],
  table: CommandTable,
  environment: CommandLineEnvironment = {},
): ParsedCommandLine {
  const tokens = tokenize(argv, (name) => takesValue(table, name));
  const words = tokens.filter((token) => token.kind === "word").map((token) => token.text);
  const has = (name: "--help" | "--version"): boolean =>
    tokens.some((token) => token.kind === "option" && token.name === name);

  if (words[0] === "help") return help(words.slice(1), table);
  if (has("--help")) return help(words, table);
  if (has("--version")) return { kind: "version" };

  if (argv.length === 0) return shown(overview(table));
  const route = follow(table.root, words);
  const { command } = route.node;
  const unknown = unknownOption(tokens, route.node, table);
  if (words.length === 0) return unknown ?? missingCommand(tokens, table);
  if (command === undefined) return unknownCommand(route, table);
  return unknown ?? readCommand(command, route, tokens, environment);
}

function readCommand(
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

  const { nats: given, domain: asked, ...others } = general;
  const nats = given ?? (environment.NATS_URL || undefined);
  if (asked !== undefined && nats === undefined) {
    return usageError("--domain is that of a server that is named: name it with --nats", command);
  }
  const domain = asked ?? (environment.NATS_DOMAIN || undefined);
  return {
    kind: "command",
    command,
    values: { ...operands, ...options },
    globals: {
      ...others,
      domain,
      nats: nats === undefined || domain === undefined ? nats : withDomain(nats, domain),
    },
  };
}

function help(words: readonly string[], table: CommandTable): ParsedCommandLine {
  const route = follow(table.root, words, true);
  const { node, rest } = route;
  if (node.command !== undefined) return shown(commandHelp(node.command));
  if (rest.length > 0) return unknownCommand(route, table);
  return shown(node === table.root ? overview(table) : groupHelp(node));
}

function shown(text: string): ParsedCommandLine {
  return { kind: "help", text };
}
