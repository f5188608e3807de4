import { isRecord, type JsonValue } from "../../contracts/json/json.ts";
import type { Change } from "../../reconcile/changes/change.ts";
import { changePlace } from "../../reconcile/changes/change_place.ts";
import { isSettingName, type SettingName, SETTINGS } from "../../reconcile/resources/settings.ts";
import { bytes } from "../terminal/bytes.ts";
import { duration } from "../terminal/duration.ts";
import { printable } from "../terminal/printable.ts";

/** What was and what will be, in as few words as there are; safe to print. */
export interface ChangedValues {
  readonly before: string | undefined;
  readonly after: string | undefined;
}

/** Reads both sides of a change for a person. */
export function changedValues(change: Change): ChangedValues {
  const { before, after } = change;
  const text = reader(change);
  return {
    before: before === undefined ? undefined : printable(text(before)),
    after: after === undefined ? undefined : printable(text(after)),
  };
}

/** JSON on one line, safe to print, for examples. */
export function exampleText(value: JsonValue): string {
  return printable(JSON.stringify(value));
}

function reader(change: Change): (value: JsonValue) => string {
  const { section, part } = changePlace(change);
  const member = part.at(-1) ?? "";
  if (/^(schema|output)\./.test(change.code)) return member === "type" ? typeText : schemaText;
  if (change.code.startsWith("transfer.")) {
    if (member === "maxBytes") return numbered(bytes);
    if (member === "expiresInMs") return numbered(duration);
  }
  const isSetting = (section === "kv" || section === "store") && isSettingName(member);
  return isSetting ? (value) => settingText(member, value) : plainText;
}

function numbered(text: (value: number) => string): (value: JsonValue) => string {
  return (value) => typeof value === "number" ? text(value) : plainText(value);
}

function settingText(name: SettingName, value: JsonValue): string {
  const { unit, none } = SETTINGS[name];
  if (typeof value !== "number" || unit === "count") return plainText(value);
  if (value === 0 && none !== undefined) return none;
  return unit === "bytes" ? bytes(value) : duration(value);
}

/** `purpose "store orders", history 5`: no braces, and nothing that is not set. */
function plainText(value: JsonValue): string {
  if (typeof value === "string") return value === "" ? '""' : value;
  if (Array.isArray(value)) return value.map(plainText).join(", ") || "none";
  if (!isRecord(value)) return JSON.stringify(value);
  const members = Object.entries(value).filter(([, member]) =>
    member !== 0 && member !== null && member !== false
  );
  return members.map(([name, member]) =>
    member === true ? name : typeof member === "string"
      ? `${name} ${JSON.stringify(member)}`
      // Members of JSON are JSON.
      : `${name} ${plainText(member as JsonValue)}`
  ).join(", ");
}

/** The value of the keyword `type`. */
function typeText(value: JsonValue): string {
  const names = Array.isArray(value) ? value : [value];
  return names.every((name) => typeof name === "string") ? names.join(" | ") : schemaText(value);
}

/** A schema, or the value of one keyword, by its types. */
export function schemaText(value: JsonValue): string {
  if (value === true) return "anything";
  if (value === false) return "nothing";
  if (Array.isArray(value)) return value.map((item) => JSON.stringify(item)).join(", ") || "none";
  if (!isRecord(value)) return JSON.stringify(value);
  if ("const" in value) return JSON.stringify(value.const);
  if (Array.isArray(value.enum)) return value.enum.map((item) => JSON.stringify(item)).join(" | ");
  const alternatives = value.anyOf ?? value.oneOf;
  // Members of JSON are JSON.
  if (Array.isArray(alternatives)) return (alternatives as JsonValue[]).map(schemaText).join(" | ");
  const { type } = value;
  if (isRecord(value.properties)) return objectText(value.properties, value.required);
  if (type === "array" && value.items !== undefined) {
    return `list of ${schemaText(value.items as JsonValue)}`;
  }
  const name = typeof type === "string" ? type : Array.isArray(type) ? type.join(" | ") : "";
  const rest = Object.entries(value)
    .filter(([keyword]) => keyword !== "type" && !WORDS.has(keyword))
    .map(([keyword, member]) => `${keyword} ${JSON.stringify(member)}`);
  return [name, ...rest].filter((text) => text !== "").join(", ") || "anything";
}

function objectText(properties: Readonly<Record<string, unknown>>, required: unknown): string {
  const needed = Array.isArray(required) ? required : [];
  const names = Object.keys(properties).map((name) => needed.includes(name) ? name : `${name}?`);
  return names.length === 0 ? "object" : `object with ${names.join(", ")}`;
}

const WORDS: ReadonlySet<string> = new Set([
  "$id",
  "title",
  "description",
  "examples",
  "default",
  "$comment",
]);
