import type { JsonObject } from "../../json/json.ts";
import type { ListLayer, Lists, Values } from "./alternatives.ts";
import { isAnything } from "../../schema/keywords.ts";
import { numberAt, schemaAt, schemasAt } from "../../schema/schema_parts.ts";

/** The lists that fit all parts; none when the sizes leave none. */
export function listsOf(parts: readonly JsonObject[]): readonly Lists[] {
  let minItems = 0;
  let maxItems = Infinity;
  let isUnique = false;
  const layers: ListLayer[] = [];
  for (const part of parts) {
    minItems = Math.max(minItems, numberAt(part, "minItems") ?? 0);
    maxItems = Math.min(maxItems, numberAt(part, "maxItems") ?? Infinity);
    isUnique ||= part.uniqueItems === true;
    const layer = layerOf(part);
    if (layer === undefined) continue;
    layers.push(layer);
    const closed = layer.places.indexOf(false);
    if (closed >= 0) maxItems = Math.min(maxItems, closed);
    if (layer.rest === false) maxItems = Math.min(maxItems, layer.places.length);
  }
  if (minItems > maxItems) return [];
  const count = layers.reduce((most, { places }) => Math.max(most, places.length), 0);
  const places = Array.from({ length: count }, (_, i) => itemValues(layers, i));
  return [{
    kind: "array",
    parts,
    minItems,
    maxItems,
    isUnique,
    layers,
    places,
    rest: itemValues(layers, count),
  }];
}

/** What the item at a place has. */
export function itemAt(lists: Lists, place: number): Values {
  return lists.places[place] ?? lists.rest;
}

function layerOf(part: JsonObject): ListLayer | undefined {
  if (part.items === undefined) return undefined;
  if (!Array.isArray(part.items)) return { places: [], rest: schemaAt(part, "items") ?? true };
  return { places: schemasAt(part, "items"), rest: schemaAt(part, "additionalItems") ?? true };
}

function itemValues(layers: readonly ListLayer[], place: number): Values {
  const parts = layers.map(({ places, rest }) => places[place] ?? rest);
  return { parts: parts.filter((part) => !isAnything(part)) };
}
