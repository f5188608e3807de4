import { parsePointer } from "../../contracts/json/json_pointer.ts";
import { isSurfaceKind, SECTIONS } from "../../contracts/manifest/sections.ts";

/** Where a change is, in the words of the contract's author. */
export interface ChangePlace {
  /** `kv`, `rpc`, `capability`, …; what additions are grouped by. */
  readonly topic: string;
  /** `orders`, `Orders.Get`. */
  readonly name: string;
  /** The part of it that changes, as `history` or `input.items[].sku`; empty for the whole. */
  readonly part: string;
}

/** `kv orders history`, without more. */
export function placeText({ topic, name, part }: ChangePlace): string {
  return [topic, name, part].filter((text) => text !== "").join(" ");
}

/**
 * Reads the path of a change.
 *
 * ```ts ignore
 * changePlace("/resources/kv/orders/schema/properties/sku");
 * // { topic: "kv", name: "orders", part: "value.sku" }
 * ```
 */
export function changePlace(pointer: string): ChangePlace {
  const [section = "", ...rest] = parsePointer(pointer) ?? [];
  const [name = "", ...more] = rest;
  switch (section) {
    case "resources": {
      const [alias = "", member = "", ...schema] = more;
      return { topic: name, name: alias, part: partOf(member, schema) };
    }
    case "surfaces":
      return { ...surfaceOf(name), part: surfacePart(more) };
    case "contracts":
      return { topic: "uses", name, part: more.join(" ") };
    case "capabilities":
      return { topic: "capability", name, part: more.join(" ") };
    case "state":
    case "jobs":
    case "consumers": {
      const [member = "", ...schema] = more;
      const topic = { state: "state", jobs: "job", consumers: "consumer" }[section];
      return { topic, name, part: partOf(member, schema) };
    }
    default:
      return { topic: section, name: "", part: rest.join(" ") };
  }
}

/** `events.v1.Orders.Created.{/id}` -> event Orders.Created; a later version is part of the name. */
function surfaceOf(subject: string): { topic: string; name: string } {
  const [kind = "", version = "", ...tokens] = subject.split(".{")[0]?.split(".") ?? [];
  const topic = isSurfaceKind(kind) ? SECTIONS[kind].noun : kind;
  const name = tokens.join(".");
  return { topic, name: version === "v1" ? name : `${name} ${version}` };
}

function surfacePart([member = "", ...rest]: readonly string[]): string {
  const [first = "", ...schema] = rest;
  switch (member) {
    case "schemas":
      return valuePath(first, schema);
    case "errors":
    case "errorData":
      return valuePath(`error ${first}`, schema);
    case "signals":
      return valuePath(`signal ${first}`, schema);
    case "capabilities":
      return [first, "capability", ...schema].join(" ");
    default:
      return [member, ...rest].filter((text) => text !== "").join(" ");
  }
}

function partOf(member: string, rest: readonly string[]): string {
  switch (member) {
    case "schema":
      return valuePath("value", rest);
    case "payload":
    case "result":
      return valuePath(member, rest);
    case "acceptedVersions":
      return valuePath(`value of ${rest[0] ?? ""}`, rest.slice(1));
    case "settings":
    case "events":
      return rest[0] ?? "";
    default:
      return [member, ...rest].filter((text) => text !== "").join(" ");
  }
}

/** The place in a value that a place in its schema is about: `/items/properties/a` -> `[].a`. */
function valuePath(base: string, schema: readonly string[]): string {
  let path = base;
  for (let index = 0; index < schema.length; index++) {
    const keyword = schema[index] ?? "";
    const next = schema[index + 1];
    const isIndex = next !== undefined && /^\d+$/.test(next);
    if (keyword === "properties" && next !== undefined) {
      path += /^[\w$-]+$/.test(next) ? `.${next}` : `[${JSON.stringify(next)}]`;
      index++;
    } else if (keyword === "patternProperties" && next !== undefined) {
      path += ".*";
      index++;
    } else if (keyword === "additionalProperties") path += ".*";
    else if (keyword === "items" || keyword === "prefixItems") {
      path += isIndex ? `[${next}]` : "[]";
      if (isIndex) index++;
    } else if (/^(anyOf|oneOf|allOf)$/.test(keyword) && isIndex) {
      // The alternatives are in the schema only; the place in the value is the same.
      index++;
    } else return LIMITS.test(keyword) ? `${path} ${keyword}` : path;
  }
  return path;
}

/** Keywords whose value means little without their name. */
const LIMITS = /^(?:min|max|exclusive|multipleOf|unique|unevaluated|pattern$|content)/;
