import { printable } from "../terminal/printable.ts";
import { type Option, optionName } from "../command_line/command_spec.ts";
import { optionsByName, takesValue } from "../commands/command_table.ts";
import { globalOptions, standaloneOptions } from "../command_line/global_options.ts";
import { follow, operandsOf, type Route } from "../command_line/route.ts";
import { type Token, tokenize } from "../command_line/tokenize.ts";
import type { DynamicValue, Suggested } from "../command_line/value_type.ts";

/** Something that can stand at the cursor. */
export type Candidate =
  | { readonly kind: "text"; readonly text: string; readonly description?: string }
  /** Paths, which the shell completes itself. */
  | { readonly kind: "path"; readonly type: "file" | "directory" | "any" };

/** What a running system is asked for while a line is typed. */
export interface ValueRequest {
  readonly what: DynamicValue;
  /** The beginning of the value; others may be left out of the answer. */
  readonly prefix: string;
  /** Arguments before it by name: `deployment`, or `service` and `alias`. */
  readonly given: Readonly<Record<string, string>>;
  /** The options that tell where to ask, as far as they are typed. */
  readonly nats: string | undefined;
  readonly project: string;
}

/** Looks values up. It should give up by itself after a moment: somebody waits at a prompt. */
export type CompleteValue = (request: ValueRequest) => Promise<readonly string[]>;

/**
 * What can stand at the cursor.
 *
 * @param words what is typed behind `trellis`; the last word is the unfinished one
 * @param complete asked for values that only a running system knows; when it fails, there are none
 */
export async function candidates(
  words: readonly string[],
  complete: CompleteValue,
): Promise<readonly Candidate[]> {
  const before = words.slice(0, -1);
  const current = words.at(-1) ?? "";
  const tokens = tokenize(before, takesValue);
  const route = follow(wordsOf(tokens));
  const values = (suggested: Suggested, prefix: string) =>
    suggestedValues(suggested, { prefix, ...contextOf(route, tokens) }, complete);

  const optionsEnded = before.includes("--");
  const awaiting = optionsEnded ? undefined : valueAwaited(before, tokens);
  if (awaiting !== undefined) return await values(awaiting, current);
  if (!optionsEnded && current.startsWith("-")) {
    const equals = current.indexOf("=");
    if (equals < 0) return optionNames(route, tokens, current);
    const joined = current.slice(0, equals + 1);
    const type = optionsByName.get(current.slice(0, equals))?.type;
    const found = type === undefined ? [] : await values(type.suggested, current.slice(equals + 1));
    return found.filter((candidate) => candidate.kind === "text")
      .map((candidate) => ({ ...candidate, text: joined + candidate.text }));
  }
  const { node, rest } = route;
  if (node.command !== undefined) {
    const operands = operandsOf(node.command);
    const last = operands.at(-1);
    const operand = operands[rest.length] ?? (last?.mode === "many" ? last : undefined);
    return operand === undefined ? [] : await values(operand.type.suggested, current);
  }
  if (rest.length > 0) return [];
  if (node.slot !== undefined) return await values(node.slot.argument.type.suggested, current);
  return [...node.words].filter(([word]) => word.startsWith(current)).map(([word, next]) =>
    described(word, next.command?.summary)
  );
}

function wordsOf(tokens: readonly Token[]): readonly string[] {
  return tokens.filter((token) => token.kind === "word").map((token) => token.text);
}

/** The option right before the cursor, if its value is still to come. */
function valueAwaited(before: readonly string[], tokens: readonly Token[]): Suggested | undefined {
  const last = tokens.at(-1);
  const isOpen = last?.kind === "option" && last.value === undefined && last.name === before.at(-1);
  return isOpen ? optionsByName.get(last.name)?.type?.suggested : undefined;
}

/** Options that the command takes and that are not there yet. */
function optionNames(
  route: Route,
  tokens: readonly Token[],
  prefix: string,
): readonly Candidate[] {
  const given = new Set(tokens.map((token) => token.kind === "option" ? token.name : ""));
  const options = { ...route.node.command?.options, ...globalOptions, ...standaloneOptions };
  return Object.entries<Option>(options)
    .map(([key, option]) => ({ name: optionName(key), option }))
    .filter(({ name }) => name.startsWith(prefix))
    .filter(({ name, option }) => option.mode === "many" || !given.has(name))
    .map(({ name, option }) => described(name, option.description));
}

/** Where to ask, and about what. */
function contextOf(
  route: Route,
  tokens: readonly Token[],
): Omit<ValueRequest, "what" | "prefix"> {
  const operands = route.node.command === undefined ? [] : operandsOf(route.node.command);
  const option = (name: string) =>
    tokens.findLast((token) => token.kind === "option" && token.name === name);
  const valueOf = (token: Token | undefined) => token?.kind === "option" ? token.value : undefined;
  return {
    given: Object.fromEntries([
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
  context: Omit<ValueRequest, "what">,
  complete: CompleteValue,
): Promise<readonly Candidate[]> {
  switch (suggested.kind) {
    case "nothing":
      return [];
    case "path":
      return [{ kind: "path", type: suggested.type }];
    case "choices":
      return startingWith(context.prefix, suggested.choices);
    case "dynamic": {
      // A prompt is no place for an error.
      const found = await complete({ what: suggested.what, ...context }).catch(() => []);
      return startingWith(context.prefix, found.filter((text) => printable(text) === text));
    }
  }
}

function startingWith(prefix: string, texts: readonly string[]): readonly Candidate[] {
  return texts.filter((text) => text.startsWith(prefix)).map((text) => described(text));
}

function described(text: string, description?: string): Candidate {
  return description === undefined ? { kind: "text", text } : { kind: "text", text, description };
}
