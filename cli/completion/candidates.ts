import { type Option, optionName } from "../command_line/command_spec.ts";
import { type CommandTable, takesValue } from "../command_line/command_table.ts";
import type { CommandLineEnvironment } from "../command_line/parse_command_line.ts";
import { globalOptions, standaloneOptions } from "../command_line/global_options.ts";
import { follow, operandsOf, type Route } from "../command_line/route.ts";
import { type Token, tokenize } from "../command_line/tokenize.ts";
import type { Suggested, ValueRequest } from "../command_line/value_type.ts";

/** Something that can stand at the cursor. */
export type Candidate =
  | { readonly kind: "text"; readonly text: string; readonly description?: string }
  /** Paths, which the shell completes itself. */
  | { readonly kind: "path"; readonly type: "file" | "directory" | "any" };

/**
 * What can stand at the cursor.
 *
 * @param words what is typed behind `trellis`; the last word is the unfinished one
 * @param environment where values are looked up when the line does not say it; a look-up that fails
 *   finds nothing
 */
export async function candidates(
  words: readonly string[],
  table: CommandTable,
  environment: CommandLineEnvironment & { readonly localPort: number | undefined },
): Promise<readonly Candidate[]> {
  const before = words.slice(0, -1);
  const current = words.at(-1) ?? "";
  const tokens = tokenize(before, (name) => takesValue(table, name));
  const route = follow(table.root, wordsOf(tokens));
  const optionsEnded = before.includes("--");
  // Commands give one name to options of different values; before a command is there, any of them will do.
  const typeOf = (name: string) =>
    (optionsOf(route).find((own) => own.name === name)?.option ?? table.optionsByName.get(name))
      ?.type;
  const values = async (suggested: Suggested, prefix: string) => {
    const { NATS_URL, localPort } = environment;
    const { nats = NATS_URL || undefined, ...line } = contextOf(route, tokens);
    return await suggestedValues(suggested, { prefix, nats, localPort, ...line });
  };
  /** A value that looks like an option would be read as one. */
  const operands = async (suggested: Suggested) =>
    (await values(suggested, current)).filter((candidate) =>
      optionsEnded || candidate.kind !== "text" || !candidate.text.startsWith("-")
    );

  const awaited = optionsEnded ? undefined : awaitedOption(before, tokens);
  const awaiting = awaited === undefined ? undefined : typeOf(awaited)?.suggested;
  if (awaiting !== undefined) return await values(awaiting, current);
  if (!optionsEnded && current.startsWith("-")) {
    const equals = current.indexOf("=");
    if (equals < 0) return optionNames(route, tokens, current);
    const joined = current.slice(0, equals + 1);
    const type = typeOf(current.slice(0, equals));
    const found = type === undefined ? [] : await values(type.suggested, current.slice(equals + 1));
    return found.filter((candidate) => candidate.kind === "text")
      .map((candidate) => ({ ...candidate, text: joined + candidate.text }));
  }
  const { node, rest } = route;
  if (node.command !== undefined) {
    const places = operandsOf(node.command);
    const last = places.at(-1);
    const operand = places[rest.length] ?? (last?.mode === "many" ? last : undefined);
    return operand === undefined ? [] : await operands(operand.type.suggested);
  }
  if (rest.length > 0) return [];
  if (node.slot !== undefined) return await operands(node.slot.argument.type.suggested);
  return [...node.words].filter(([word]) => word.startsWith(current)).map(([word, next]) =>
    described(word, next.command?.summary)
  );
}

function wordsOf(tokens: readonly Token[]): readonly string[] {
  return tokens.filter((token) => token.kind === "word").map((token) => token.text);
}

/** The name of the option right before the cursor, if its value is still to come. */
function awaitedOption(before: readonly string[], tokens: readonly Token[]): string | undefined {
  const last = tokens.at(-1);
  const isOpen = last?.kind === "option" && last.value === undefined && last.name === before.at(-1);
  return isOpen ? last.name : undefined;
}

/** Options that the command takes and that are not there yet. */
function optionNames(
  route: Route,
  tokens: readonly Token[],
  prefix: string,
): readonly Candidate[] {
  const given = new Set(tokens.map((token) => token.kind === "option" ? token.name : ""));
  return optionsOf(route)
    .filter(({ name }) => name.startsWith(prefix))
    .filter(({ name, option }) => option.mode === "many" || !given.has(name))
    .map(({ name, option }) => described(name, option.description));
}

/** Options that the command takes, and those that all take. */
function optionsOf({ node }: Route): readonly { readonly name: string; readonly option: Option }[] {
  const options = { ...node.command?.options, ...globalOptions, ...standaloneOptions };
  return Object.entries<Option>(options).map(([key, option]) => ({
    name: optionName(key),
    option,
  }));
}

/** Where to ask, and about what. */
function contextOf(
  route: Route,
  tokens: readonly Token[],
): Omit<ValueRequest, "prefix" | "localPort"> {
  const operands = route.node.command === undefined ? [] : operandsOf(route.node.command);
  const option = (name: string) =>
    tokens.findLast((token) => token.kind === "option" && token.name === name);
  const valueOf = (token: Token | undefined) => token?.kind === "option" ? token.value : undefined;
  return {
    given: Object.fromEntries([
      ...Object.keys(route.node.command?.options ?? {})
        .map((key) => [key, valueOf(option(optionName(key)))] as const)
        .filter((entry): entry is readonly [string, string] => entry[1] !== undefined),
      ...route.slots.map(([argument, text]) => [argument.name, text]),
      ...operands.slice(0, route.rest.length)
        .map((operand, index) => [operand.name, route.rest[index] ?? ""]),
    ]),
    nats: valueOf(option("--nats")),
    project: valueOf(option("--project")) ?? globalOptions.project.fallback ?? ".",
  };
}

async function suggestedValues(
  suggested: Suggested,
  request: ValueRequest,
): Promise<readonly Candidate[]> {
  switch (suggested.kind) {
    case "nothing":
      return [];
    case "path":
      return [{ kind: "path", type: suggested.type }];
    case "choices":
      return startingWith(request.prefix, suggested.choices);
    case "looked_up":
      // A prompt is no place for an error.
      return startingWith(request.prefix, await suggested.lookUp(request).catch(() => []));
  }
}

function startingWith(prefix: string, texts: readonly string[]): readonly Candidate[] {
  return texts.filter((text) => text.startsWith(prefix)).map((text) => described(text));
}

function described(text: string, description?: string): Candidate {
  return description === undefined ? { kind: "text", text } : { kind: "text", text, description };
}
