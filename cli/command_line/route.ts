import type { Argument, CommandSpec } from "./command_spec.ts";

/** A place in the tree of command words. */
export interface RouteNode {
  /** Words that lead on. */
  readonly words: Map<string, RouteNode>;
  /** The argument that leads on, where no word does: the deployment behind `svc`. */
  slot: { readonly argument: Argument; readonly next: RouteNode } | undefined;
  /** The command that is complete here, but for its operands. */
  command: CommandSpec | undefined;
}

/** How far the words of a command line lead. */
export interface Route {
  readonly node: RouteNode;
  /** The words that led here, arguments included, as they were given. */
  readonly taken: readonly string[];
  /** Those of `taken` that are words of the language. */
  readonly literals: readonly string[];
  /** Arguments among `taken`, with their texts. */
  readonly slots: readonly (readonly [Argument, string])[];
  /** The words that are left: operands, or unknown words. */
  readonly rest: readonly string[];
}

const emptyNode = (): RouteNode => ({ words: new Map(), slot: undefined, command: undefined });

/** The tree of the words of commands; its root is where every command line begins. */
export function routeTree(commands: readonly CommandSpec[]): RouteNode {
  const root = emptyNode();
  for (const command of commands) {
    let node = root;
    for (const step of routeOf(command)) {
      if (typeof step !== "string") {
        node.slot ??= { argument: step, next: emptyNode() };
        node = node.slot.next;
        continue;
      }
      const next = node.words.get(step) ?? emptyNode();
      node.words.set(step, next);
      node = next;
    }
    node.command = command;
  }
  return root;
}

/** The part of a path that leads to the command: up to its last word. */
export function routeOf(command: CommandSpec): CommandSpec["path"] {
  return command.path.slice(0, lastWord(command) + 1);
}

/** The arguments behind the last word. */
export function operandsOf(command: CommandSpec): readonly Argument[] {
  return command.path.slice(lastWord(command) + 1).filter((step) => typeof step !== "string");
}

function lastWord(command: CommandSpec): number {
  return command.path.findLastIndex((step) => typeof step === "string");
}

/**
 * Follows words from the root of the tree as far as they lead.
 *
 * @param lenient for help: an argument on the way may be left out, `svc authority plan`
 */
export function follow(root: RouteNode, words: readonly string[], lenient = false): Route {
  let node = root;
  let index = 0;
  const literals: string[] = [];
  const slots: (readonly [Argument, string])[] = [];
  for (; index < words.length; index++) {
    const word = words[index] ?? "";
    if (lenient && node.slot?.next.words.has(word)) node = node.slot.next;
    const next = node.words.get(word);
    if (next !== undefined) {
      literals.push(word);
      node = next;
    } else if (node.slot !== undefined) {
      slots.push([node.slot.argument, word]);
      node = node.slot.next;
    } else break;
  }
  return { node, taken: words.slice(0, index), literals, slots, rest: words.slice(index) };
}
