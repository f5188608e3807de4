import { err, ok, type Result } from "../../contracts/result.ts";
import {
  type Argument,
  type CommandSpec,
  type Option,
  optionName,
  type Options,
  type OptionValues,
} from "./command_spec.ts";
import { quote } from "./quote.ts";
import { operandsOf, type Route } from "./route.ts";
import type { Token } from "./tokenize.ts";
import { argumentUsage, optionUsage } from "./usage.ts";

/** Reads the values of options from all tokens; other options among them are left alone. */
export function readOptions<O extends Options>(
  options: O,
  tokens: readonly Token[],
): Result<OptionValues<O>, string> {
  const values: Record<string, unknown> = {};
  for (const [key, option] of Object.entries(options)) {
    const read = readOption(key, option, tokens);
    if (read.isErr()) return err(read.error);
    values[key] = read.value;
  }
  // Every option has put in the value that its type stands for.
  return ok(values as OptionValues<O>);
}

function readOption(
  key: string,
  option: Option,
  tokens: readonly Token[],
): Result<unknown, string> {
  const name = optionName(key);
  const given = tokens.filter((token) => token.kind === "option")
    .filter((token) => token.name === name);
  const [first] = given;
  if (option.type === undefined) {
    const valued = given.find((token) => token.value !== undefined);
    if (valued === undefined) return ok(first !== undefined);
    return err(`${name} takes no value, and got ${quote(valued.value ?? "")}`);
  }
  if (first === undefined) {
    if (option.mode === "many") return ok([]);
    if (option.mode === "required") return err(`${optionUsage(key, option)} is missing`);
    return ok(option.fallback);
  }
  if (option.mode === "many") return readAll(key, option, given);
  // Taking one of two in silence would decide something that was never meant.
  if (given.length > 1) return err(`${name} is given ${given.length} times; give it once`);
  return readValue(key, option, first.value);
}

function readAll(
  key: string,
  option: Option,
  given: readonly { readonly value?: string | undefined }[],
): Result<readonly unknown[], string> {
  const values: unknown[] = [];
  for (const { value } of given) {
    const read = readValue(key, option, value);
    if (read.isErr()) return err(read.error);
    values.push(read.value);
  }
  return ok(values);
}

function readValue(
  key: string,
  option: Option,
  given: string | undefined,
): Result<unknown, string> {
  const name = optionName(key);
  if (given === undefined) return err(`${name} needs a value: ${optionUsage(key, option)}`);
  return option.type?.read(given).mapErr((problem) => `${name} ${problem}`) ?? ok(given);
}

/** Reads the arguments of a command: those on the way to it, and its operands. */
export function readArguments(
  command: CommandSpec,
  route: Route,
): Result<Readonly<Record<string, unknown>>, string> {
  const operands = operandsOf(command);
  const texts = new Map<Argument, readonly string[]>(
    route.slots.map(([argument, text]) => [argument, [text]]),
  );
  let rest = route.rest;
  for (const operand of operands) {
    const count = operand.mode === "many" ? rest.length : 1;
    texts.set(operand, rest.slice(0, count));
    rest = rest.slice(count);
  }
  const [extra] = rest;
  if (extra !== undefined) return err(`${quote(extra)} is one argument too many`);

  const values: Record<string, unknown> = {};
  for (const [argument, given] of texts) {
    const read = readArgument(argument, given);
    if (read.isErr()) return err(read.error);
    values[argument.name] = read.value;
  }
  return ok(values);
}

function readArgument(argument: Argument, given: readonly string[]): Result<unknown, string> {
  const values: unknown[] = [];
  for (const text of given) {
    const read = argument.type.read(text);
    if (read.isErr()) return err(`${argumentUsage(argument)} ${read.error}`);
    values.push(read.value);
  }
  if (argument.mode === "many") return ok(values);
  if (argument.mode === "required" && values.length === 0) {
    return err(`${argumentUsage(argument)} is missing`);
  }
  return ok(values[0]);
}
