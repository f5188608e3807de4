import { type Automaton, automatonOf } from "./automaton.ts";
import { type CodePoints, holdsPoint } from "./pattern_syntax.ts";

/** Tests texts against one pattern. */
export interface TextPattern {
  /** True when the pattern matches somewhere in the text. */
  test(text: string): boolean;
}

/** Larger automata are not looked at for ambiguity. */
const MAX_STATES = 300;
/** Sets of states that are remembered; more are computed again each time, which is slower. */
const MAX_SETS = 10_000;

/**
 * Compiles a pattern (ECMAScript, flag u) so that a test takes time linear in the text.
 *
 * JavaScript tries alternatives one after the other: with an ambiguous pattern, such as `^(a+)+$`, the
 * time grows exponentially with the text. Such patterns, and those that are not anchored at the
 * start, run on an automaton that follows all alternatives at once. Patterns with look-around or back
 * references have none: they run in JavaScript, and nothing bounds their time.
 *
 * @throws {SyntaxError} when it is not a pattern
 */
export function compilePattern(pattern: string): TextPattern {
  const native = new RegExp(pattern, "u");
  const automaton = automatonOf(pattern);
  if (automaton === undefined || isUnambiguous(automaton)) return native;
  return new SetAutomaton(automaton, pattern);
}

/** True when every text leads to each state on one way at most: then trying takes linear time. */
function isUnambiguous({ states }: Automaton): boolean {
  if (states.length > MAX_STATES) return false;
  return states.every((_, start) => {
    const reached = new Set([start]);
    const points: CodePoints[] = [];
    for (const state of reached) {
      for (const next of states[state]?.free ?? []) {
        if (reached.has(next)) return false;
        reached.add(next);
      }
      for (const move of states[state]?.moves ?? []) points.push(move.points);
    }
    const ranges = points.flat().sort((a, b) => a[0] - b[0]);
    return ranges.every(([from], i) => from > (ranges[i - 1]?.[1] ?? -1));
  });
}

/** A set of states, with the sets that follow it by class of characters, as far as they are known. */
interface StateSet {
  readonly states: readonly number[];
  readonly isAccepting: boolean;
  readonly next: (StateSet | undefined)[];
}

/** Reads texts through all states at once, and remembers the sets of states that were met. */
class SetAutomaton implements TextPattern {
  readonly #automaton: Automaton;
  readonly #pattern: string;
  /** First code points of the classes that no range tells apart. */
  readonly #classes: readonly number[];
  readonly #ascii: Uint16Array;
  readonly #sets = new Map<string, StateSet>();

  constructor(automaton: Automaton, pattern: string) {
    this.#automaton = automaton;
    this.#pattern = pattern;
    const edges = new Set([0]);
    for (const { moves } of automaton.states) {
      for (const { points } of moves) {
        for (const [from, to] of points) edges.add(from).add(to + 1);
      }
    }
    this.#classes = [...edges].sort((a, b) => a - b);
    this.#ascii = Uint16Array.from({ length: 128 }, (_, point) => this.#search(point));
  }

  test(text: string): boolean {
    let set = this.#set([0]);
    for (let i = 0; i < text.length; i++) {
      let point = text.charCodeAt(i);
      if (point >= 0xd800) {
        point = text.codePointAt(i) ?? point;
        if (point > 0xffff) i++;
      }
      const kind = (point < 128 ? this.#ascii[point] : undefined) ?? this.#search(point);
      set = set.next[kind] ?? this.#follow(set, kind);
      if (set.states.length === 0) return false;
    }
    return set.isAccepting;
  }

  /** What the validator tells patterns apart by. */
  toString(): string {
    return `/${this.#pattern}/u`;
  }

  #follow(set: StateSet, kind: number): StateSet {
    const point = this.#classes[kind] ?? 0;
    const reached = set.states.flatMap((state) => this.#automaton.states[state]?.moves ?? [])
      .filter(({ points }) => holdsPoint(points, point))
      .map(({ to }) => to);
    const next = this.#set(reached);
    if (this.#sets.size < MAX_SETS) set.next[kind] = next;
    return next;
  }

  #set(from: readonly number[]): StateSet {
    const reached = new Set(from);
    for (const state of reached) {
      for (const next of this.#automaton.states[state]?.free ?? []) reached.add(next);
    }
    const states = [...reached].sort((a, b) => a - b);
    const key = states.join();
    let set = this.#sets.get(key);
    if (set === undefined) {
      set = { states, isAccepting: reached.has(this.#automaton.accept), next: [] };
      if (this.#sets.size < MAX_SETS) this.#sets.set(key, set);
    }
    return set;
  }

  /** The class of a code point. */
  #search(point: number): number {
    let [low, high] = [0, this.#classes.length - 1];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.#classes[middle] ?? 0) <= point) low = middle;
      else high = middle - 1;
    }
    return low;
  }
}
