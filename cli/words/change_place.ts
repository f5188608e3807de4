import { isSurfaceKind, SECTIONS } from "../../contracts/manifest/sections.ts";
import type { Change } from "../../reconcile/changes/change.ts";
import { changePlace } from "../../reconcile/changes/change_place.ts";

/** Where a change is, in the words of whoever wrote the contract. */
export interface PlaceWords {
  /** `kv`, `rpc`, `capability`, …; what additions are grouped by. */
  readonly topic: string;
  /** `orders`, `Orders.Get`. */
  readonly name: string;
  /** The part of it that changes, as `history` or `input.items[].sku`; empty for the whole. */
  readonly part: string;
}

/** `kv orders history`, without more. */
export function placeText(change: Pick<Change, "code" | "path">): string {
  const { topic, name, part } = placeWords(change);
  return [topic, name, part].filter((text) => text !== "").join(" ");
}

/** What an addition is called within its topic: `Orders.Get`, or what the contract becomes itself. */
export function changedName(change: Change): string {
  const { name, part } = placeWords(change);
  // The contract itself has no name of its own in its path.
  return name === "" ? String(change.after) : part === "" ? name : `${name} ${part}`;
}

/**
 * The place of a change in words.
 *
 * ```ts ignore
 * placeWords({ code: "schema.widened", path: "/resources/kv/orders/schema/properties/sku" });
 * // { topic: "kv", name: "orders", part: "value.sku" }
 * ```
 */
export function placeWords(change: Pick<Change, "code" | "path">): PlaceWords {
  const { section, name, part } = changePlace(change);
  switch (section) {
    case "contracts":
    case "capabilities":
      return { topic: TOPICS[section], name, part: part.join(" ") };
    case "surfaces":
      return { ...surfaceOf(name), part: surfacePart(part) };
    case "contract":
    case "kind":
      return { topic: section, name: "", part: [name, ...part].join(" ") };
    case "manifest":
      return { topic: part[0] ?? "", name: "", part: part.slice(1).join(" ") };
    default: {
      const [member = "", ...schema] = part;
      return { topic: TOPICS[section], name, part: partOf(member, schema) };
    }
  }
}

const TOPICS = {
  kv: "kv",
  store: "store",
  contracts: "uses",
  capabilities: "capability",
  state: "state",
  jobs: "job",
  consumers: "consumer",
} as const;

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
