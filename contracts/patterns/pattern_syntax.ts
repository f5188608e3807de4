import { type CodePoints, pointsWithProperty } from "./unicode_property.ts";

export type { CodePoints } from "./unicode_property.ts";

/** A regular expression, as far as it is understood: no look-around, no back references. */
export type Expression =
  | { readonly kind: "set"; readonly points: CodePoints }
  | { readonly kind: "sequence"; readonly items: readonly Expression[] }
  | { readonly kind: "choice"; readonly options: readonly Expression[] }
  | {
    readonly kind: "repeat";
    readonly item: Expression;
    readonly min: number;
    readonly max: number;
  }
  | { readonly kind: "start" }
  | { readonly kind: "end" };

/** Every code point. */
export const EVERY_POINT: CodePoints = [[0, 0x10ffff]];

const DIGITS: CodePoints = [[48, 57]];
const WORD: CodePoints = [[48, 57], [65, 90], [95, 95], [97, 122]];
const SPACE: CodePoints = [
  [9, 13],
  [32, 32],
  [0xa0, 0xa0],
  [0x1680, 0x1680],
  [0x2000, 0x200a],
  [0x2028, 0x2029],
  [0x202f, 0x202f],
  [0x205f, 0x205f],
  [0x3000, 0x3000],
  [0xfeff, 0xfeff],
];
const LINE_ENDS: CodePoints = [[10, 10], [13, 13], [0x2028, 0x2029]];
const CONTROL: Readonly<Record<string, number>> = { t: 9, n: 10, v: 11, f: 12, r: 13, "0": 0 };
const MAX_DEPTH = 50;
const MAX_LENGTH = 2000;

/** The pattern is not understood. */
class NotUnderstoodError extends Error {
  override readonly name = "NotUnderstoodError";
}

/**
 * Reads a pattern (ECMAScript, flag u); undefined when it holds something that is not understood.
 *
 * @param dotAll whether `.` is every character, line ends too
 */
export function parsePattern(source: string, dotAll = false): Expression | undefined {
  if (source.length > MAX_LENGTH) return undefined;
  try {
    return new Parser(source, dotAll).parse();
  } catch (error) {
    if (error instanceof NotUnderstoodError) return undefined;
    throw error;
  }
}

/** Whether a set holds a code point. */
export function holdsPoint(points: CodePoints, point: number): boolean {
  let [low, high] = [0, points.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((points[middle]?.[1] ?? 0) < point) low = middle + 1;
    else high = middle;
  }
  return (points[low]?.[0] ?? Infinity) <= point;
}

/** Everything outside of a set. */
function negate(points: CodePoints): CodePoints {
  const result: [number, number][] = [];
  let next = 0;
  for (const [from, to] of union(points)) {
    if (from > next) result.push([next, from - 1]);
    next = to + 1;
  }
  if (next <= 0x10ffff) result.push([next, 0x10ffff]);
  return result;
}

function union(points: CodePoints): CodePoints {
  const result: [number, number][] = [];
  for (const [from, to] of [...points].sort((a, b) => a[0] - b[0])) {
    const last = result.at(-1);
    if (last !== undefined && from <= last[1] + 1) last[1] = Math.max(last[1], to);
    else result.push([from, to]);
  }
  return result;
}

class Parser {
  readonly #text: readonly string[];
  readonly #dot: CodePoints;
  #at = 0;
  #depth = 0;

  constructor(source: string, dotAll: boolean) {
    this.#text = [...source];
    this.#dot = dotAll ? EVERY_POINT : negate(LINE_ENDS);
  }

  parse(): Expression {
    const expression = this.#choice();
    if (this.#at < this.#text.length) throw new NotUnderstoodError();
    return expression;
  }

  #choice(): Expression {
    if (++this.#depth > MAX_DEPTH) throw new NotUnderstoodError();
    const options = [this.#sequence()];
    while (this.#eat("|")) options.push(this.#sequence());
    this.#depth--;
    return options.length === 1 && options[0] !== undefined
      ? options[0]
      : { kind: "choice", options };
  }

  #sequence(): Expression {
    const items: Expression[] = [];
    while (this.#at < this.#text.length && this.#peek() !== "|" && this.#peek() !== ")") {
      items.push(this.#quantified());
    }
    return { kind: "sequence", items };
  }

  #quantified(): Expression {
    const item = this.#atom();
    const [min, max] = this.#quantifier() ?? [1, 1];
    if (min === 1 && max === 1) return item;
    if (item.kind === "start" || item.kind === "end") throw new NotUnderstoodError();
    this.#eat("?");
    return { kind: "repeat", item, min, max };
  }

  #quantifier(): readonly [number, number] | undefined {
    if (this.#eat("*")) return [0, Infinity];
    if (this.#eat("+")) return [1, Infinity];
    if (this.#eat("?")) return [0, 1];
    if (this.#peek() !== "{") return undefined;
    const counts = /^\{(\d+)(,?)(\d*)\}/.exec(this.#text.slice(this.#at, this.#at + 20).join(""));
    if (counts === null) throw new NotUnderstoodError();
    this.#at += counts[0].length;
    const min = Number(counts[1]);
    if (counts[2] === "") return [min, min];
    return [min, counts[3] === "" ? Infinity : Number(counts[3])];
  }

  #atom(): Expression {
    const char = this.#next();
    switch (char) {
      case "^":
        return { kind: "start" };
      case "$":
        return { kind: "end" };
      case ".":
        return { kind: "set", points: this.#dot };
      case "[":
        return { kind: "set", points: this.#class() };
      case "\\":
        return { kind: "set", points: this.#escape() };
      case "(":
        return this.#group();
      case "*":
      case "+":
      case "?":
      case "{":
      case "}":
      case "]":
        throw new NotUnderstoodError();
      default:
        return { kind: "set", points: single(char) };
    }
  }

  #group(): Expression {
    if (this.#eat("?") && !this.#eat(":")) {
      const name = /^<[A-Za-z_]\w*>/.exec(this.#text.slice(this.#at, this.#at + 40).join(""));
      if (name === null) throw new NotUnderstoodError();
      this.#at += name[0].length;
    }
    const inner = this.#choice();
    if (!this.#eat(")")) throw new NotUnderstoodError();
    return inner;
  }

  #class(): CodePoints {
    const isNegated = this.#eat("^");
    const points: (readonly [number, number])[] = [];
    while (!this.#eat("]")) {
      const from = this.#classPoint();
      const isRange = this.#peek() === "-" && this.#text[this.#at + 1] !== "]";
      if (!isRange) {
        points.push(...from);
        continue;
      }
      this.#at++;
      const to = this.#classPoint();
      const [low, high] = [from[0]?.[0], to[0]?.[0]];
      if (!isSingle(from) || !isSingle(to) || low === undefined || high === undefined) {
        throw new NotUnderstoodError();
      }
      points.push([low, high]);
    }
    return isNegated ? negate(points) : union(points);
  }

  #classPoint(): CodePoints {
    const char = this.#next();
    return char === "\\" ? this.#escape(true) : single(char);
  }

  #escape(inClass = false): CodePoints {
    const char = this.#next();
    const control = Object.hasOwn(CONTROL, char) ? CONTROL[char] : undefined;
    if (control !== undefined) return [[control, control]];
    switch (char) {
      case "d":
        return DIGITS;
      case "D":
        return negate(DIGITS);
      case "w":
        return WORD;
      case "W":
        return negate(WORD);
      case "s":
        return SPACE;
      case "S":
        return negate(SPACE);
      case "p":
      case "P":
        return this.#property(char);
      case "x":
        return this.#hex(/^[0-9a-fA-F]{2}/);
      case "u":
        return this.#hex(/^(?:[0-9a-fA-F]{4}|\{[0-9a-fA-F]+\})/);
      default:
        if (/[$()*+./?[\\\]^{|}]/.test(char) || (inClass && char === "-")) return single(char);
        throw new NotUnderstoodError();
    }
  }

  #property(letter: "p" | "P"): CodePoints {
    const form = /^\{\w+(?:=\w+)?\}/;
    const name = form.exec(this.#text.slice(this.#at, this.#at + 60).join(""))?.[0];
    if (name === undefined) throw new NotUnderstoodError();
    this.#at += name.length;
    const points = pointsWithProperty(name);
    if (points === undefined) throw new NotUnderstoodError();
    return letter === "p" ? points : negate(points);
  }

  #hex(form: RegExp): CodePoints {
    const digits = form.exec(this.#text.slice(this.#at, this.#at + 12).join(""))?.[0];
    if (digits === undefined) throw new NotUnderstoodError();
    this.#at += digits.length;
    const point = Number.parseInt(digits.replace(/[{}]/g, ""), 16);
    // A pair of escaped surrogates would be one character.
    if (point >= 0xd800 && point <= 0xdfff) throw new NotUnderstoodError();
    return [[point, point]];
  }

  #peek(): string | undefined {
    return this.#text[this.#at];
  }

  #next(): string {
    const char = this.#text[this.#at++];
    if (char === undefined) throw new NotUnderstoodError();
    return char;
  }

  #eat(char: string): boolean {
    if (this.#peek() !== char) return false;
    this.#at++;
    return true;
  }
}

function single(char: string): CodePoints {
  const point = char.codePointAt(0) ?? 0;
  return [[point, point]];
}

function isSingle(points: CodePoints): boolean {
  return points.length === 1 && points[0]?.[0] === points[0]?.[1];
}
