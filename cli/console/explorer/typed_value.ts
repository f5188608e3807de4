import { parseExactJson } from "../../../contracts/json/exact_json.ts";
import { isRecord, type JsonValue } from "../../../contracts/json/json.ts";
import { appendPointer } from "../../../contracts/json/json_pointer.ts";
import type { ValidationIssue } from "../../../contracts/errors/validation_error.ts";
import { countName, type FormField, type Typed } from "./form_field.ts";

/** What a filled-in form says. */
export interface TypedValue {
  /** Undefined: nothing was typed, and nothing has to be there. */
  readonly value: JsonValue | undefined;
  /** What could not be read, by place; the schema's own rules are checked afterwards. */
  readonly problems: readonly ValidationIssue[];
}

/** Reads what was typed into a form. What is empty and may be missing is left out. */
export function typedValue(field: FormField, typed: Typed): TypedValue {
  const problems: ValidationIssue[] = [];
  return { value: read(field, typed, problems), problems };
}

/** What has to be typed into a form for a value. What does not fit the form is left out. */
export function typedFor(
  value: JsonValue,
  makeField: (typed: Typed) => FormField,
): Map<string, string> {
  const typed = new Map<string, string>();
  // Lists show their items once their count is known, one level of lists at a time.
  for (let before = -1; typed.size > before;) {
    before = typed.size;
    write(makeField(typed), value, typed);
  }
  return typed;
}

function read(field: FormField, typed: Typed, problems: ValidationIssue[]): JsonValue | undefined {
  const { path, isRequired } = field;
  const text = typed.get(path) ?? "";
  switch (field.kind) {
    case "text":
      return text === "" && !isRequired ? undefined : text.replaceAll("\r\n", "\n");
    case "number":
    case "json":
    case "choice": {
      if (text.trim() === "") return undefined;
      const parsed = parseExactJson(text.trim());
      if (parsed.isOk() && (field.kind !== "number" || typeof parsed.value === "number")) {
        return parsed.value;
      }
      const message = field.kind === "number" ? "must be a number" : "must be JSON";
      problems.push({ path, message });
      return undefined;
    }
    case "group": {
      const members = field.fields.flatMap((member): readonly (readonly [string, JsonValue])[] => {
        const value = read(member, typed, problems);
        return value === undefined ? [] : [[nameOf(member.path), value]];
      });
      return members.length === 0 && !isRequired ? undefined : Object.fromEntries(members);
    }
    case "list": {
      const items = field.items.flatMap((item): readonly JsonValue[] => {
        const value = read(item, typed, problems);
        return value === undefined ? [] : [value];
      });
      return items.length === 0 && !isRequired ? undefined : items;
    }
  }
}

function write(field: FormField, value: JsonValue, typed: Map<string, string>): void {
  const { path } = field;
  switch (field.kind) {
    case "text":
      if (typeof value === "string") typed.set(path, value);
      return;
    case "number":
    case "choice":
      typed.set(path, JSON.stringify(value));
      return;
    case "json":
      typed.set(path, JSON.stringify(value, null, 2));
      return;
    case "group":
      if (!isRecord(value)) return;
      for (const member of field.fields) {
        const name = nameOf(member.path);
        const held = Object.hasOwn(value, name) ? value[name] : undefined;
        if (held !== undefined) write(member, held as JsonValue, typed);
      }
      return;
    case "list":
      if (!Array.isArray(value)) return;
      typed.set(countName(path), String(value.length));
      field.items.forEach((item, at) => write(item, value[at], typed));
      return;
  }
}

/** The last token of a pointer. */
function nameOf(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1).replaceAll("~1", "/").replaceAll("~0", "~");
}

/** The same with one more item at the end of a list. */
export function withItem(typed: Typed, path: string, count: number): Map<string, string> {
  return new Map([...typed, [countName(path), String(count + 1)]]);
}

/** The same without an item of a list; those behind it move up. */
export function withoutItem(typed: Typed, path: string, at: number, count: number) {
  const moved = new Map<string, string>();
  for (const [name, text] of typed) {
    const mark = name.startsWith("#") ? "#" : "";
    const [item, rest] = itemOf(name.slice(mark.length), path);
    if (item === at) continue;
    const to = item !== undefined && item > at ? appendPointer(path, item - 1) + rest : undefined;
    moved.set(to === undefined ? name : mark + to, text);
  }
  return moved.set(countName(path), String(Math.max(0, count - 1)));
}

/** Which item of a list a path is in, and the path behind it. */
function itemOf(path: string, list: string): readonly [number | undefined, string] {
  if (!path.startsWith(`${list}/`)) return [undefined, ""];
  const [item = "", ...rest] = path.slice(list.length + 1).split("/");
  return /^\d+$/.test(item) ? [Number(item), rest.map((token) => `/${token}`).join("")] : [
    undefined,
    "",
  ];
}
