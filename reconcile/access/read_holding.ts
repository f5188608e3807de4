import { isPrincipalId } from "../../contracts/identity/caller.ts";
import { isRecord, readJson } from "../../contracts/json/json.ts";
import { HOLDER_KINDS } from "./holder.ts";
import type { Holding } from "./holding.ts";

/** Reads a stored holding; undefined when it is not one of this version. */
export function readHolding(text: string): Holding | undefined {
  const value = readJson(text);
  const isHolding = isRecord(value) && value.format === "trellis.holding.v1" &&
    isHolder(value.holder) && isTexts(value.capabilities) && isTexts(value.groups) &&
    isChange(value.change) && isLink(value);
  return isHolding ? value as object as Holding : undefined;
}

function isHolder(value: unknown): boolean {
  return isRecord(value) && HOLDER_KINDS.some((kind) => kind === value.kind) &&
    typeof value.id === "string" && isPrincipalId(value.id);
}

function isChange(value: unknown): boolean {
  return isRecord(value) && typeof value.at === "string" && typeof value.by === "string" &&
    isTexts(value.added) && isTexts(value.removed);
}

/** Those of earlier versions have nothing of it. */
function isLink(value: Readonly<Record<string, unknown>>): boolean {
  const { seq, ...texts } = value;
  return (seq === undefined || Number.isSafeInteger(seq)) &&
    ["previous", "hash", "signedBy", "signature"].every((name) =>
      ["string", "undefined"].includes(typeof texts[name])
    );
}

function isTexts(value: unknown): boolean {
  return Array.isArray(value) && value.every((item) => typeof item === "string");
}
