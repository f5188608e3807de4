import { basename } from "node:path";
import { lookup } from "mrmime";
import { isRecord, type JsonValue } from "../../../contracts/json/json.ts";
import { parsePointer, resolveTokens } from "../../../contracts/json/json_pointer.ts";
import type { ManifestTransfer } from "../../../contracts/manifest/manifest.ts";

/** The input of an operation that a file comes with: what it leaves out of the file is what the file's name says. */
export function sentInput(
  input: JsonValue,
  file: string,
  { key, contentType }: Pick<ManifestTransfer, "key" | "contentType">,
): JsonValue {
  if (file === "-") return input;
  const type = lookup(file) ?? "application/octet-stream";
  const named = key === undefined ? input : filledIn(input, parsePointer(key), basename(file));
  return contentType === undefined ? named : filledIn(named, parsePointer(contentType), type);
}

function filledIn(
  input: JsonValue,
  tokens: readonly string[] | undefined,
  value: string,
): JsonValue {
  const [first, ...rest] = tokens ?? [];
  if (first === undefined || !isRecord(input)) return input;
  if (rest.length === 0) return Object.hasOwn(input, first) ? input : { ...input, [first]: value };
  const inner = resolveTokens(input, [first]) ?? {};
  // What is in a JSON value is one.
  return { ...input, [first]: filledIn(inner as JsonValue, rest, value) };
}
