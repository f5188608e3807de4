import { type CodePoints, EVERY_POINT, type Expression, parsePattern } from "./pattern_syntax.ts";

/** A non-deterministic automaton that reads whole texts. State 0 is the start. */
export interface Automaton {
  readonly states: readonly State[];
  /** The state that takes a text at its end. */
  readonly accept: number;
}

/** What can follow in one state of an automaton. */
export interface State {
  /** States that are entered without reading. */
  readonly free: number[];
  /** States that are entered by reading one of the code points. */
  readonly moves: { readonly points: CodePoints; readonly to: number }[];
}

const MAX_STATES = 2000;

/** The automaton grew too large, or an anchor stands where it is not understood. */
class NotBuiltError extends Error {
  override readonly name = "NotBuiltError";
}

/**
 * The automaton of the texts that a pattern matches anywhere; undefined when the pattern is not
 * understood or too large.
 *
 * @param dotAll whether `.` is every character, line ends too
 */
export function automatonOf(pattern: string, dotAll = false): Automaton | undefined {
  const expression = parsePattern(pattern, dotAll);
  if (expression === undefined) return undefined;
  const builder = new Builder();
  try {
    const start = builder.state();
    const accept = builder.state();
    const options = expression.kind === "choice" ? expression.options : [expression];
    for (const option of options) builder.anywhere(option, start, accept);
    return { states: builder.states, accept };
  } catch (error) {
    if (error instanceof NotBuiltError) return undefined;
    throw error;
  }
}

class Builder {
  readonly states: State[] = [];

  state(): number {
    if (this.states.length >= MAX_STATES) throw new NotBuiltError();
    return this.states.push({ free: [], moves: [] }) - 1;
  }

  /** Adds an alternative of the whole pattern: without an anchor, anything may stand around it. */
  anywhere(option: Expression, from: number, to: number): void {
    const items = option.kind === "sequence" ? [...option.items] : [option];
    const isStarted = items[0]?.kind === "start";
    const isEnded = items.at(-1)?.kind === "end";
    if (isStarted) items.shift();
    if (isEnded) items.pop();
    const first = isStarted ? from : this.#anything(from);
    const last = this.state();
    this.#add({ kind: "sequence", items }, first, last);
    this.#free(isEnded ? last : this.#anything(last), to);
  }

  #anything(from: number): number {
    const state = this.state();
    this.#free(from, state);
    this.states[state]?.moves.push({ points: EVERY_POINT, to: state });
    return state;
  }

  #add(expression: Expression, from: number, to: number): void {
    switch (expression.kind) {
      case "set":
        this.states[from]?.moves.push({ points: expression.points, to });
        return;
      case "sequence": {
        let last = from;
        for (const item of expression.items) {
          const next = this.state();
          this.#add(item, last, next);
          last = next;
        }
        this.#free(last, to);
        return;
      }
      case "choice":
        for (const option of expression.options) {
          const start = this.state();
          this.#free(from, start);
          this.#add(option, start, to);
        }
        return;
      case "repeat":
        this.#repeat(expression.item, expression.min, expression.max, from, to);
        return;
      default:
        throw new NotBuiltError();
    }
  }

  #repeat(item: Expression, min: number, max: number, from: number, to: number): void {
    let last = from;
    for (let i = 0; i < min; i++) last = this.#once(item, last);
    if (max === Infinity) {
      const loop = this.state();
      this.#free(last, loop);
      const end = this.#once(item, loop);
      this.#free(end, loop);
      this.#free(loop, to);
      return;
    }
    this.#free(last, to);
    for (let i = min; i < max; i++) {
      last = this.#once(item, last);
      this.#free(last, to);
    }
  }

  #once(item: Expression, from: number): number {
    const start = this.state();
    const end = this.state();
    this.#free(from, start);
    this.#add(item, start, end);
    return end;
  }

  #free(from: number, to: number): void {
    this.states[from]?.free.push(to);
  }
}
