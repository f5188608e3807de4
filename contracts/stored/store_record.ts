import { parseExactJson } from "../json/exact_json.ts";
import { isRecord } from "../json/json.ts";
import { isErr } from "../result.ts";
import { isObjectId } from "./store_names.ts";

/** What the index of a store keeps for a key: which object holds its bytes, and what they are. */
export interface StoreRecord {
  /** Id of the object: a ULID, used once. */
  readonly object: string;
  /** Bytes. */
  readonly size: number;
  /** Messages that hold the bytes. */
  readonly chunks: number;
  /** `SHA-256=` and the padded base64url of the hash. */
  readonly digest: string;
  /** Media type, where one was given. */
  readonly contentType?: string;
  /** Small descriptive pairs. */
  readonly metadata: Readonly<Record<string, string>>;
}

/** A record as the index stores it. */
export function encodeStoreRecord(record: StoreRecord): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(record));
}

/** Reads what the index stores; undefined when it is not a record. */
export function parseStoreRecord(bytes: Uint8Array): StoreRecord | undefined {
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
  const value = parseExactJson(text).take();
  if (isErr(value) || !isRecord(value)) return undefined;
  const { object, size, chunks, digest, contentType, metadata } = value;
  if (typeof object !== "string" || !isObjectId(object)) return undefined;
  if (!isCount(size) || !isCount(chunks) || typeof digest !== "string") return undefined;
  if (contentType !== undefined && typeof contentType !== "string") return undefined;
  if (!isStringMap(metadata)) return undefined;
  const record = { object, size, chunks, digest, metadata };
  return contentType === undefined ? record : { ...record, contentType };
}

function isCount(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}

function isStringMap(value: unknown): value is Record<string, string> {
  return isRecord(value) && Object.values(value).every((member) => typeof member === "string");
}
