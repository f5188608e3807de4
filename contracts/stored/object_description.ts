import { isRecord } from "../json/json.ts";
import { INDEX_KEY_HEADER, REPLACED_HEADER } from "./store_names.ts";

/** What the stored description of an object says to those who tidy up. */
export interface DescribedObject {
  /** The key that it was written for, as the index writes it; undefined where it does not say. */
  readonly key: string | undefined;
  /** True when its writer has noted that no key leads to it any more. */
  readonly replaced: boolean;
  /** Bytes of its body. */
  readonly bytes: number;
}

/** Reads a description; undefined for one of an object that was never stored as a whole. */
export function readObjectDescription(text: string): DescribedObject | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!isRecord(value) || value.deleted === true) return undefined;
  const headers = isRecord(value.headers) ? value.headers : {};
  const [key]: unknown[] = Array.isArray(headers[INDEX_KEY_HEADER])
    ? headers[INDEX_KEY_HEADER]
    : [];
  return {
    key: typeof key === "string" && /^[-/_=A-Za-z0-9]+$/.test(key) ? key : undefined,
    replaced: REPLACED_HEADER in headers,
    bytes: typeof value.size === "number" ? value.size : 0,
  };
}
