import type { JsonObject, JsonValue } from "../json/json.ts";
import { appendPointer } from "../json/json_pointer.ts";
import type { SchemaFinding } from "./finding.ts";
import type { Identities } from "./identities.ts";
import { where } from "./issue.ts";
import { ANNOTATIONS, ONE_SCHEMA, SCHEMA_LIST, SCHEMA_MAP } from "../schema/keywords.ts";
import { isJsonObject, isSchema, type Schema } from "../schema/schema_parts.ts";

const MAX_FINDINGS = 200;
const MAX_SHOWN = 200;

/** Tells where two schemas differ of which it is proved that the new one takes all old values. */
export function safeChanges(
  before: Schema,
  after: Schema,
  identities: Identities,
): readonly SchemaFinding[] {
  const found = new SafeChanges(identities);
  found.schemas(before, after, "");
  if (found.findings.length === 0) found.widened("", "Takes at least the same values", {});
  return found.findings;
}

/** Keywords that are reported one by one even when several of them change. */
const IN_OBJECTS: ReadonlySet<string> = new Set([
  "additionalProperties",
  "maxItems",
  "maxLength",
  "maxProperties",
  "maximum",
  "minItems",
  "minLength",
  "minProperties",
  "minimum",
  "patternProperties",
  "properties",
  "required",
]);

/** What stands at a place, where something does. */
interface Sides {
  readonly before?: JsonValue | undefined;
  readonly after?: JsonValue | undefined;
}

class SafeChanges {
  readonly findings: SchemaFinding[] = [];
  readonly #identities: Identities;

  constructor(identities: Identities) {
    this.#identities = identities;
  }

  schemas(before: Schema, after: Schema, path: string): void {
    if (this.#identities.of(before) === this.#identities.of(after)) return;
    if (typeof before === "boolean" || typeof after === "boolean") {
      this.widened(path, "Takes at least the same values", { before, after });
      return;
    }
    const changed = [...new Set([...Object.keys(before), ...Object.keys(after)])]
      .filter((keyword) =>
        this.#identities.ofKeywords(before, [keyword]) !==
          this.#identities.ofKeywords(after, [keyword])
      );
    const words = changed.filter((keyword) => ANNOTATIONS.has(keyword));
    const rest = changed.filter((keyword) => !ANNOTATIONS.has(keyword));
    for (const keyword of words) this.#word(keyword, before, after, path);
    const isOneByOne = rest.length === 1 || rest.every((keyword) => IN_OBJECTS.has(keyword));
    if (isOneByOne) { for (const keyword of rest) this.#keyword(keyword, before, after, path); }
    else this.widened(path, `Another form (${rest.join(", ")}) takes the same values or more`, {});
  }

  widened(path: string, message: string, sides: Sides): void {
    this.#add("schema.widened", path, message, sides);
  }

  #word(keyword: string, before: JsonObject, after: JsonObject, path: string): void {
    const sides = sidesOf(keyword, before, after);
    const at = sides.after === undefined ? path : appendPointer(path, keyword);
    this.#add("schema.annotated", at, `Only the annotation "${keyword}" changed`, sides);
  }

  #keyword(keyword: string, before: JsonObject, after: JsonObject, path: string): void {
    const sides = sidesOf(keyword, before, after);
    const at = appendPointer(path, keyword);
    const { before: old, after: now } = sides;
    if (SCHEMA_MAP.has(keyword)) {
      this.#members(keyword, isJsonObject(old) ? old : {}, isJsonObject(now) ? now : {}, at);
    } else if (ONE_SCHEMA.has(keyword) && isSchema(old) && isSchema(now)) {
      this.schemas(old, now, at);
    } else if (Array.isArray(old) && Array.isArray(now) && isSchemaList(keyword)) {
      this.#lists(old, now, at);
    } else {
      const gone = now === undefined;
      const message = gone ? `No longer limited by "${keyword}"` : `"${keyword}" takes more`;
      this.widened(gone ? path : at, message, sides);
    }
  }

  #members(keyword: string, before: JsonObject, after: JsonObject, path: string): void {
    const what = keyword === "properties" ? "property" : "schema";
    for (const name of new Set([...Object.keys(before), ...Object.keys(after)])) {
      const old = Object.hasOwn(before, name) ? before[name] : undefined;
      const now = Object.hasOwn(after, name) ? after[name] : undefined;
      const at = appendPointer(path, name);
      if (isSchema(old) && isSchema(now)) this.schemas(old, now, at);
      else if (now === undefined) {
        this.widened(path, `The ${what} "${name}" is no longer declared`, { before: old });
      } else this.widened(at, `The ${what} "${name}" is new`, { after: now });
    }
  }

  #lists(before: readonly JsonValue[], after: readonly JsonValue[], path: string): void {
    const numbers = (list: readonly JsonValue[]) =>
      list.map((item) => isSchema(item) ? this.#identities.of(item) : -1);
    const known = new Set(numbers(before));
    const kept = new Set(numbers(after));
    const gone = before.filter((item) => isSchema(item) && !kept.has(this.#identities.of(item)));
    const isPaired = before.length === after.length;
    after.forEach((now, i) => {
      if (!isSchema(now) || known.has(this.#identities.of(now))) return;
      const at = appendPointer(path, i);
      const old = isPaired ? before[i] : undefined;
      if (isSchema(old) && gone.includes(old)) this.schemas(old, now, at);
      else this.widened(at, "A schema is new in this list", { after: now });
    });
    if (!isPaired && gone.length > 0) {
      this.widened(path, "The list changed, and takes at least the same values", {});
    }
  }

  #add(code: SchemaFinding["code"], path: string, message: string, sides: Sides): void {
    if (this.findings.length >= MAX_FINDINGS) return;
    this.findings.push({
      code,
      path,
      message: `${message} ${where(path)}.`,
      ...(isShort(sides.before) ? { before: sides.before } : {}),
      ...(isShort(sides.after) ? { after: sides.after } : {}),
    });
  }
}

function sidesOf(keyword: string, before: JsonObject, after: JsonObject): Sides {
  return {
    before: Object.hasOwn(before, keyword) ? before[keyword] : undefined,
    after: Object.hasOwn(after, keyword) ? after[keyword] : undefined,
  };
}

function isSchemaList(keyword: string): boolean {
  return SCHEMA_LIST.has(keyword) || keyword === "items";
}

function isShort(value: JsonValue | undefined): value is JsonValue {
  return value !== undefined && JSON.stringify(value).length <= MAX_SHOWN;
}
