import { isRecord } from "../json/json.ts";
import { appendPointer } from "../json/json_pointer.ts";
import type { Mistake, MistakeCode } from "./mistake.ts";

/** Most mistakes reported of one contract: a hostile manifest must not fill the memory. */
const MAX_MISTAKES = 100;

/** Longest text of a mistake, for the same reason. */
const MAX_TEXT = 600;

/** Reads untrusted data member by member and collects every mistake with its path. */
export class Shape {
  readonly #mistakes: Mistake[];

  /**
   * @param value the data
   * @param path where it stands in the contract
   */
  constructor(readonly value: unknown, readonly path: string = "", mistakes: Mistake[] = []) {
    this.#mistakes = mistakes;
  }

  /** Every mistake found below the root, in the order found. */
  get mistakes(): readonly Mistake[] {
    return this.#mistakes;
  }

  /** Notes a mistake here. */
  report(code: MistakeCode, message: string, fix: string): void {
    if (this.#mistakes.length < MAX_MISTAKES) {
      this.#mistakes.push({
        code,
        path: cut(this.path),
        message: cut(message),
        fix: cut(fix),
      });
    }
  }

  /** The same collection of mistakes, elsewhere in the data. */
  at(path: string): Shape {
    return new Shape(undefined, path, this.#mistakes);
  }

  /** A member of this object; its value is undefined when there is none. Own members only. */
  member(name: string | number): Shape {
    const value = this.value;
    const getOwn = typeof value === "object" && value !== null && Object.hasOwn(value, name)
      ? Reflect.get(value, name)
      : undefined;
    return new Shape(getOwn, appendPointer(this.path, name), this.#mistakes);
  }

  /** True when there is no value. */
  get absent(): boolean {
    return this.value === undefined;
  }

  /** The members of an optional map; reports a value that is no object, and bad names. */
  *entries(kind: string, isName: (name: string) => boolean): Iterable<readonly [string, Shape]> {
    if (this.absent || !this.object()) return;
    for (const name of Object.keys(this.value as object)) {
      const member = this.member(name);
      if (isName(name)) yield [name, member];
      else {
        member.report("name", `"${name.slice(0, 60)}" is not a name for a ${kind}`, NAME_HINT);
      }
    }
  }

  /** The items of an optional list; reports a value that is no list. */
  *items(): Iterable<Shape> {
    if (this.absent) return;
    if (!Array.isArray(this.value)) return this.report("shape", "is not a list", "use a list");
    for (let i = 0; i < this.value.length; i++) yield this.member(i);
  }

  /** Reports anything but an object. */
  object(): boolean {
    if (isRecord(this.value)) return true;
    this.report("shape", this.absent ? "is missing" : "is not an object", "declare an object");
    return false;
  }

  /** The text of a required, non-empty string. */
  text(fix: string): string | undefined {
    if (typeof this.value === "string" && this.value.trim() !== "") return this.value;
    this.report("shape", this.absent ? "is missing" : "is not a text with something in it", fix);
    return undefined;
  }

  /** The text of an optional string. */
  optionalText(fix: string): string | undefined {
    return this.absent ? undefined : this.text(fix);
  }

  /** Reports a value that is not one of a closed list. */
  oneOf(values: readonly unknown[], optional = true): void {
    if ((this.absent && optional) || values.includes(this.value)) return;
    const list = values.map((value) => JSON.stringify(value)).join(", ");
    this.report("shape", this.absent ? "is missing" : "has an unknown value", `use ${list}`);
  }

  /** Reports an optional value that is not an integer within its bounds. */
  integer(minimum: number, maximum: number): void {
    const value = this.value;
    if (this.absent) return;
    if (typeof value === "number" && Number.isSafeInteger(value)) {
      if (value >= minimum && value <= maximum) return;
    }
    this.report(
      "value.range",
      `is ${String(JSON.stringify(value)).slice(0, 40)}`,
      `use an integer from ${minimum} to ${maximum}`,
    );
  }
}

const NAME_HINT =
  "names are letters and digits, with single dots between the parts of an RPC, event, operation or feed; see the README";

function cut(text: string): string {
  return text.length <= MAX_TEXT ? text : `${text.slice(0, MAX_TEXT - 1)}…`;
}
