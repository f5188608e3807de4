import { type Automaton, automatonOf } from "./automaton.ts";
import { holdsPoint } from "./pattern_syntax.ts";
import type { Steps } from "./steps.ts";

/** Which texts are looked for. */
export interface TextQuery {
  /** Patterns that the text matches. Those that are not understood are passed over. */
  readonly matching: readonly string[];
  /** Patterns that the text does not match; each must be understood for an answer. */
  readonly refusing: readonly string[];
  readonly minLength: number;
  readonly maxLength: number;
  /** Whether `.` is every character in the patterns. */
  readonly dotAll?: boolean;
}

/** A text, the proof that there is none, or neither. */
export type TextAnswer =
  | { readonly found: "text"; readonly text: string }
  | { readonly found: "none" | "unknown" };

const MAX_VISITS = 1000;
const MAX_TEXT = 2000;
/** Characters that read well in examples. */
const READABLE = [..."abcxyz0123456789ABCXYZ-_ ./:"].map((char) => char.charCodeAt(0));
const UNKNOWN: TextAnswer = { found: "unknown" };

/** What patterns match, without ever running them: no pattern can take exponential time. */
export class PatternLanguage {
  readonly #automata = new Map<string, Automaton | undefined>();
  readonly #answers = new Map<string, TextAnswer>();
  readonly #steps: Steps;

  /** @param steps pays for the work */
  constructor(steps: Steps) {
    this.#steps = steps;
  }

  /** Whether a pattern matches a text somewhere; undefined when the pattern is not understood. */
  matches(pattern: string, text: string): boolean | undefined {
    const automaton = this.#automaton(pattern, false);
    if (automaton === undefined || text.length > MAX_TEXT) return undefined;
    let states = this.#closure(automaton, [0]);
    for (const char of text) {
      states = this.#step(automaton, states, char.codePointAt(0) ?? 0);
      if (states.length === 0) return false;
    }
    return states.includes(automaton.accept);
  }

  /** Looks for the shortest text that answers a query. */
  find(query: TextQuery): TextAnswer {
    const key = JSON.stringify(query);
    let answer = this.#answers.get(key);
    if (answer === undefined) this.#answers.set(key, answer = this.#search(query));
    return answer;
  }

  #search(query: TextQuery): TextAnswer {
    const { minLength, maxLength, dotAll = false } = query;
    const wanted = query.matching.map((pattern) => this.#automaton(pattern, dotAll))
      .filter((automaton) => automaton !== undefined);
    const refused: Automaton[] = [];
    for (const pattern of query.refusing) {
      const automaton = this.#automaton(pattern, dotAll);
      if (automaton === undefined) return UNKNOWN;
      refused.push(automaton);
    }
    const automata = [...wanted, ...refused];
    const start: Visit = {
      sets: automata.map((automaton) => this.#closure(automaton, [0])),
      text: "",
      length: 0,
    };
    const seen = new Set<string>();
    let level = [start];
    while (level.length > 0) {
      const next: Visit[] = [];
      for (const visit of level) {
        const isFound = visit.length >= minLength && visit.length <= maxLength &&
          automata.every(({ accept }, i) =>
            (visit.sets[i]?.includes(accept) ?? false) === i < wanted.length
          );
        if (isFound) return { found: "text", text: visit.text };
        if (visit.length >= maxLength) continue;
        for (const sets of this.#followers(automata, visit)) {
          if (sets.sets.slice(0, wanted.length).some((set) => set.length === 0)) continue;
          const key = `${Math.min(sets.length, minLength)}|${sets.sets.join("|")}`;
          if (seen.has(key)) continue;
          seen.add(key);
          next.push(sets);
        }
        if (seen.size > MAX_VISITS) return UNKNOWN;
      }
      level = next;
    }
    return { found: "none" };
  }

  #followers(automata: readonly Automaton[], visit: Visit): Visit[] {
    const edges = new Set([0]);
    automata.forEach(({ states }, i) => {
      for (const state of visit.sets[i] ?? []) {
        for (const { points } of states[state]?.moves ?? []) {
          for (const [from, to] of points) edges.add(from).add(to + 1);
        }
      }
    });
    edges.delete(0x110000);
    const sorted = [...edges].sort((a, b) => a - b);
    return sorted.map((from, i) => {
      const to = (sorted[i + 1] ?? 0x110000) - 1;
      const point = READABLE.find((char) => char >= from && char <= to) ?? from;
      return {
        sets: automata.map((automaton, a) => this.#step(automaton, visit.sets[a] ?? [], point)),
        text: visit.text + String.fromCodePoint(point),
        length: visit.length + 1,
      };
    });
  }

  #step(automaton: Automaton, states: readonly number[], point: number): readonly number[] {
    const reached: number[] = [];
    for (const state of states) {
      for (const { points, to } of automaton.states[state]?.moves ?? []) {
        this.#steps.take(0.3);
        if (holdsPoint(points, point)) reached.push(to);
      }
    }
    return this.#closure(automaton, reached);
  }

  #closure(automaton: Automaton, states: readonly number[]): readonly number[] {
    const reached = new Set(states);
    for (const state of reached) {
      this.#steps.take(0.3);
      for (const next of automaton.states[state]?.free ?? []) reached.add(next);
    }
    return [...reached].sort((a, b) => a - b);
  }

  #automaton(pattern: string, dotAll: boolean): Automaton | undefined {
    const key = `${dotAll ? "s" : ""}/${pattern}`;
    if (!this.#automata.has(key)) {
      this.#steps.take(20);
      this.#automata.set(key, automatonOf(pattern, dotAll));
    }
    return this.#automata.get(key);
  }
}

/** Where the automata stand after a text. */
interface Visit {
  readonly sets: readonly (readonly number[])[];
  readonly text: string;
  readonly length: number;
}
