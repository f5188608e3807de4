/** What a store holds and how it is asked; the shapes that its methods take and answer. */

/** The bytes of an object. A stream is read as it comes and never held as a whole. */
export type StoreBody = Uint8Array | ReadableStream<Uint8Array> | AsyncIterable<Uint8Array>;

/** What is known of an object. */
export type StoreInfo = {
  /** The key, as it was given. */
  key: string;
  /** Bytes. */
  size: number;
  /** When it was stored, by the server's clock; ISO 8601 in UTC. */
  updatedAt: string;
  /** `SHA-256=` and the padded base64url of the hash of the bytes. */
  digest?: string;
  /** Media type, where one was given. */
  contentType?: string;
  /** Small descriptive pairs. */
  metadata: Record<string, string>;
};

/** What a store holds and allows. */
export type StoreStatus = {
  /** Keys that hold an object. */
  objects: number;
  /** Bytes used, replaced objects that are not freed yet and overhead included. */
  bytes: number;
  /** Milliseconds after which an object disappears; 0: never. */
  ttlMs: number;
  /** Most bytes that the store may use, where limited. */
  maxTotalBytes?: number;
  /** Largest object in bytes, where limited. */
  maxObjectBytes?: number;
};

/** How an object is waited for. */
export type StoreWaitOptions = {
  /** Milliseconds to wait; 30000 unless given, 0 asks once. */
  timeoutMs?: number;
  /** Milliseconds between two questions, at least 10; 250 unless given. */
  pollIntervalMs?: number;
  /** Ends the wait. */
  signal?: AbortSignal;
};

/** How an operation ends early. */
export interface StoreOperationOptions {
  /** Ends it; nothing is changed then. */
  signal?: AbortSignal;
  /** Milliseconds for all of it; for bodies half an hour unless given, which is the most. */
  timeoutMs?: number;
}

/** What is stored besides the bytes, and how the write ends early. */
export interface StoreWriteOptions extends StoreOperationOptions {
  /** Media type, as `application/pdf`; at most 255 printable ASCII characters. */
  contentType?: string;
  /** Small descriptive pairs; names and values take at most 8 KiB of UTF-8 together. */
  metadata?: Record<string, string>;
}

/** Which objects a page is asked for. */
export interface StoreListQuery {
  /** What the keys begin with; any unless given. */
  prefix?: string;
  /** Objects to skip; 0 unless given. */
  offset?: number;
  /** Most objects of the page, 0 to 1000; 0 asks for the count alone. */
  limit: number;
}
