/** Why a text is refused. */
export type JsonTextErrorCode =
  /** It is not JSON. */
  | "json.syntax"
  /** An integer has more digits than a number keeps, or a number is too large for one. */
  | "json.number"
  /** An object has two members of one name. */
  | "json.duplicate";

/** What is wrong with a JSON text, and where. */
export interface JsonProblem {
  readonly code: JsonTextErrorCode;
  /** UTF-16 code units before the place. */
  readonly offset: number;
  /** One sentence, without the place. */
  readonly what: string;
  /** What to do. */
  readonly hint: string;
}

/** The first thing in a text that is not JSON or would be changed by `JSON.parse`; takes linear time. */
export function findJsonProblem(text: string): JsonProblem | undefined {
  try {
    new Scanner(text).scan();
    return undefined;
  } catch (error) {
    if (error instanceof Refused) return error.problem;
    throw error;
  }
}

/** True for the four characters that JSON allows between its tokens. */
export function isSpace(char: number): boolean {
  return char === 0x20 || char === 0x0a || char === 0x0d || char === 0x09;
}

/** Ends the scan. */
class Refused extends Error {
  override readonly name = "Refused";
  constructor(readonly problem: JsonProblem) {
    super(problem.what);
  }
}

// deno-lint-ignore no-control-regex -- JSON forbids them in strings.
const STRING = /"[^"\\\u0000-\u001f]*/y;
// deno-lint-ignore no-control-regex -- As above.
const ESCAPE = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})[^"\\\u0000-\u001f]*/y;
const NUMBER = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;
const WORD = /true|false|null/y;

class Scanner {
  #at = 0;
  /** The names so far of each object that is open; undefined for a list. */
  readonly #open: (Set<string> | undefined)[] = [];

  constructor(readonly text: string) {}

  scan(): void {
    let isValueNext = true;
    for (;;) {
      this.#space();
      if (isValueNext) isValueNext = this.#value();
      else if (this.#open.length === 0) break;
      else isValueNext = this.#afterValue();
    }
    if (this.#at < this.text.length) this.#unexpected("the end of the text");
  }

  /** Reads a scalar, or the beginning of a list or object; true when a value in it follows. */
  #value(): boolean {
    const char = this.text[this.#at];
    if (char === "{" || char === "[") {
      this.#at++;
      const names = char === "{" ? new Set<string>() : undefined;
      this.#open.push(names);
      this.#space();
      if (this.text[this.#at] === (names === undefined ? "]" : "}")) return false;
      if (names !== undefined) this.#name(names);
      return true;
    }
    if (char === '"') this.#string();
    else if (char === "-" || (char !== undefined && char >= "0" && char <= "9")) this.#number();
    else if (this.#match(WORD) === "") this.#unexpected("a value");
    return false;
  }

  /** Reads a comma, and the name after it in an object, or an end; true when a value follows. */
  #afterValue(): boolean {
    const names = this.#open.at(-1);
    const char = this.text[this.#at];
    const end = names === undefined ? "]" : "}";
    if (char !== "," && char !== end) this.#unexpected(`"," or "${end}"`);
    this.#at++;
    if (char === end) this.#open.pop();
    else if (names !== undefined) {
      this.#space();
      this.#name(names);
    }
    return char === ",";
  }

  #name(names: Set<string>): void {
    const offset = this.#at;
    if (this.text[offset] !== '"') this.#unexpected("the name of a member");
    const written = this.#string();
    const name: string = written.includes("\\") ? JSON.parse(written) : written.slice(1, -1);
    if (names.has(name)) {
      const what = `the member ${cut(JSON.stringify(name))} is there twice`;
      throw new Refused({ code: "json.duplicate", offset, what, hint: "keep one of the two" });
    }
    names.add(name);
    this.#space();
    if (this.text[this.#at] !== ":") this.#unexpected('":"');
    this.#at++;
  }

  /** Reads a string with its quotes, as it is written. */
  #string(): string {
    const start = this.#at;
    this.#match(STRING);
    while (this.#match(ESCAPE) !== "");
    if (this.text[this.#at] !== '"') this.#unexpected("the rest of a string");
    this.#at++;
    return this.text.slice(start, this.#at);
  }

  #number(): void {
    const offset = this.#at;
    const written = this.#match(NUMBER);
    if (written === "") this.#unexpected("a number");
    if (!isChanged(written)) return;
    const what = `the number ${cut(written)} would be changed`;
    const hint = "write it as a string: numbers keep about 15 digits, and are at most 1.7e308";
    throw new Refused({ code: "json.number", offset, what, hint });
  }

  #space(): void {
    while (isSpace(this.text.charCodeAt(this.#at))) this.#at++;
  }

  #match(token: RegExp): string {
    token.lastIndex = this.#at;
    const [found = ""] = token.exec(this.text) ?? [];
    this.#at += found.length;
    return found;
  }

  #unexpected(expected: string): never {
    const char = this.text.codePointAt(this.#at);
    const found = char === undefined ? "the end" : JSON.stringify(String.fromCodePoint(char));
    const what = `the text is not JSON: expected ${expected}, found ${found}`;
    const hint = "correct the JSON text";
    throw new Refused({ code: "json.syntax", offset: this.#at, what, hint });
  }
}

/** True when a number is read as another one, of which the digits show it. */
function isChanged(written: string): boolean {
  const value = Number(written);
  if (!Number.isFinite(value)) return true;
  if (Number.isSafeInteger(value) || /[.eE]/.test(written)) return false;
  return String(value) !== written;
}

function cut(text: string): string {
  return text.length > 60 ? `${text.slice(0, 59)}…` : text;
}
