import { INDEX_KEY_HEADER, REPLACED_HEADER } from "../../../contracts/stored/store_names.ts";
import type { StoreRecord } from "../../../contracts/stored/store_record.ts";
import { storeIndexKey } from "../../../contracts/stored/store_index_key.ts";
import {
  EXPECTED_SEQUENCE_HEADER,
  MESSAGE_ID_HEADER,
  OPERATION_ID_HEADER,
} from "../../nats/jetstream/publish_headers.ts";

const encoder = new TextEncoder();

/** What an object's description says besides its record. */
export interface ObjectDescription {
  /** Physical name of the store. */
  readonly store: string;
  /** The key that it was written for. */
  readonly key: string;
  /** What every chunk but the last has, in bytes. */
  readonly chunkBytes: number;
  /** Since when no key leads to it; ISO 8601. */
  readonly replaced?: string;
}

/**
 * An object's description, as all clients of NATS object stores write and read it. The key is in it for
 * people who look at the store with other tools, and for the collector.
 */
export function describeObject(
  record: StoreRecord,
  { store, key, chunkBytes, replaced }: ObjectDescription,
): Uint8Array {
  const { object, size, chunks, digest, metadata, contentType } = record;
  const headers: Record<string, string[]> = { [INDEX_KEY_HEADER]: [storeIndexKey(key)] };
  if (contentType !== undefined) headers["Content-Type"] = [contentType];
  if (replaced !== undefined) headers[REPLACED_HEADER] = [replaced];
  return encoder.encode(JSON.stringify({
    name: object,
    description: key,
    headers,
    metadata,
    options: { max_chunk_size: chunkBytes },
    bucket: store,
    nuid: object,
    size,
    chunks,
    digest,
    deleted: false,
    mtime: new Date().toISOString(),
  }));
}

/** The description of an object that was never stored as a whole. */
export function describeNothing(store: string, object: string): Uint8Array {
  return encoder.encode(JSON.stringify({
    name: object,
    bucket: store,
    nuid: object,
    size: 0,
    chunks: 0,
    digest: "",
    deleted: true,
    mtime: new Date().toISOString(),
  }));
}

/** Headers of a message that is stored once even when it is sent twice, and that tell which one it is. */
export function onceHeaders(id: string, afterSequence?: number): Uint8Array {
  const condition = afterSequence === undefined
    ? ""
    : `${EXPECTED_SEQUENCE_HEADER}: ${afterSequence}\r\n`;
  return encoder.encode(
    `NATS/1.0\r\n${MESSAGE_ID_HEADER}: ${id}\r\n${OPERATION_ID_HEADER}: ${id}\r\n${condition}\r\n`,
  );
}

/** Headers of a message that takes the place of everything under its subject. */
export function replacingHeaders(): Uint8Array {
  return encoder.encode("NATS/1.0\r\nNats-Rollup: sub\r\n\r\n");
}
