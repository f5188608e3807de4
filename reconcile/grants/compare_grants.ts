import type { Needs } from "../needs/need_types.ts";
import { grantsOf, grantWords } from "./grant.ts";

/** What a change of a contract gives its holder, and takes away, in words. */
export interface GrantComparison {
  readonly gains: readonly string[];
  readonly loses: readonly string[];
}

/**
 * Compares what two versions of a contract let their holder do, each line as the end of "it may ...".
 * Undefined: nothing was accepted before. What it may do with the capabilities that it was granted is not
 * looked at: this is about what is asked for.
 */
export function compareGrants(before: Needs | undefined, after: Needs): GrantComparison {
  const [had, has] = [before, after].map((needs) => needs === undefined ? [] : wordsFor(needs));
  return { gains: without(has!, had!), loses: without(had!, has!) };
}

function wordsFor(needs: Needs): readonly string[] {
  return grantsOf(needs, { used: {}, capabilities: undefined }).map(grantWords);
}

function without(words: readonly string[], others: readonly string[]): readonly string[] {
  const known = new Set(others);
  return words.filter((word) => !known.has(word));
}
