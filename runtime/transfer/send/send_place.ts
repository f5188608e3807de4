import { ValidationError } from "../../../contracts/errors/validation_error.ts";
import { resolvePointer } from "../../../contracts/json/json_pointer.ts";
import type { ManifestTransfer } from "../../../contracts/manifest/manifest.ts";
import { err, isErr, ok, type Result } from "../../../contracts/result.ts";
import {
  sentChunks,
  TRANSFER_CHUNK_BYTES,
  TRANSFER_MESSAGE_BYTES,
  TRANSFER_MS,
} from "../../../contracts/stored/transfer_names.ts";
import type { ApiFailure } from "../../nats/jetstream/api_answer.ts";
import type { StreamInfo } from "../../nats/jetstream/stream_info.ts";
import type { JetStreamRequests } from "../../nats/jetstream/jetstream_requests.ts";
import { contentTypeProblem } from "../../store/object_options.ts";
import type { StoreHandle } from "../../store/store_handle.ts";
import { keyProblem } from "../../store/store_key.ts";
import { TypedStore } from "../../store/typed_store.ts";
import type { ChunkRoom } from "./chunk_room.ts";
import type { SendTerms } from "./send_terms.ts";
import type { SentFile } from "./send_types.ts";
import { type SentChunks, StagedChunks } from "./staged_chunks.ts";

/** What the headers and the subject of a chunk take of the largest message, and where it is stored, at most. */
const CHUNK_EXTRA_BYTES = 1024;
/** What the stream takes of a message beside the bytes of a chunk. */
const CHUNK_HEADERS_BYTES = TRANSFER_MESSAGE_BYTES - TRANSFER_CHUNK_BYTES;
/** Milliseconds for which it is believed how large the stream is. */
const KNOWN_MS = 10_000;

/** What {@link SendPlace} is made of. */
export interface SendPlaceParts {
  readonly requests: JetStreamRequests;
  /** The stream in which files wait. */
  readonly stream: string;
  /** The subject of the operation. */
  readonly surface: string;
  readonly declaration: ManifestTransfer;
  readonly store: StoreHandle;
  readonly room: ChunkRoom;
}

/** Where the files of one kind of operation come from, and where they are to go. */
export class SendPlace {
  readonly staged: StagedChunks;
  readonly store: StoreHandle;
  /** What its files share with those of the other operations. */
  readonly room: ChunkRoom;
  readonly #parts: SendPlaceParts;
  #known: { readonly until: number; readonly info: StreamInfo } | undefined;

  /** Nothing is asked of the server. */
  constructor(parts: SendPlaceParts) {
    this.#parts = parts;
    this.store = parts.store;
    this.room = parts.room;
    this.staged = new StagedChunks(parts.requests, parts.stream, parts.surface);
  }

  /** Bytes of each chunk but the last: as many as the server and the stream take. */
  async chunkBytes(): Promise<number> {
    const largest = this.#parts.requests.line.info?.max_payload ?? Infinity;
    const { maxMessageBytes = Infinity } = await this.#info() ?? {};
    const most = Math.min(largest - CHUNK_EXTRA_BYTES, maxMessageBytes - CHUNK_HEADERS_BYTES);
    return Math.max(1, Math.min(TRANSFER_CHUNK_BYTES, most));
  }

  /** What an input says of the file that is to come; a ValidationError for what no store would take. */
  infoOf(input: unknown, operation: string): Result<SentFile["info"], ValidationError> {
    const { key: at = "", contentType: typeAt, maxBytes } = this.#parts.declaration;
    const key = resolvePointer(input, at);
    const contentType = typeAt === undefined ? undefined : resolvePointer(input, typeAt);
    const issues = [
      ...issueAt(at, keyProblem(key)?.message),
      ...issueAt(typeAt ?? "", contentTypeProblem(contentType)),
    ];
    if (issues.length > 0 || typeof key !== "string") {
      return err(new ValidationError({ subject: `the input of ${operation}`, issues }));
    }
    return ok({
      key,
      contentType: contentType === undefined ? undefined : String(contentType),
      maxBytes,
    });
  }

  /** When the time to send it is over, in milliseconds since 1970. */
  expiryOf({ createdAt, deadline }: { readonly createdAt: string; readonly deadline: number }) {
    const { expiresInMs = TRANSFER_MS } = this.#parts.declaration;
    return Math.min(Date.parse(createdAt) + Math.min(expiresInMs, TRANSFER_MS), deadline);
  }

  /** How a file is to be sent. @param expiry see {@link expiryOf} */
  async terms(expiry: number): Promise<SendTerms> {
    const chunkBytes = await this.chunkBytes();
    const maxBytes = await this.maxBytes();
    const expiresAt = new Date(expiry).toISOString();
    return { chunkBytes, expiresAt, ...(maxBytes === undefined ? {} : { maxBytes }) };
  }

  /** What has come of the file of an operation from sessions of its owner. */
  async sent(operation: string, owner: string): Promise<Result<SentChunks, ApiFailure>> {
    return await this.staged.find(operation, owner, await this.mostChunks());
  }

  /** The most chunks that a file may come in. */
  async mostChunks(): Promise<number> {
    return Math.ceil((await this.maxBytes() ?? Infinity) / await this.chunkBytes());
  }

  /** Removes what was sent for an operation that waits for it no more. What stays is removed by its age. */
  async forget(operation: string): Promise<void> {
    await this.staged.remove(sentChunks(this.staged.surface, operation));
  }

  /** The most bytes that a file may have: of what is declared, of the store, and of what may wait, the least. */
  async maxBytes(): Promise<number | undefined> {
    const { declaration } = this.#parts;
    const store = (await this.store.open()).take();
    const limits = [
      declaration.maxBytes,
      isErr(store) ? undefined : TypedStore.largestObject(store),
      await this.#room(),
    ].filter((limit) => limit !== undefined);
    return limits.length === 0 ? undefined : Math.min(...limits);
  }

  async #room(): Promise<number | undefined> {
    const { maxBytes: room = Infinity, maxMessages = Infinity } = await this.#info() ?? {};
    const chunkBytes = await this.chunkBytes();
    const chunks = Math.min(Math.floor(room / (chunkBytes + CHUNK_EXTRA_BYTES)), maxMessages);
    return Number.isFinite(chunks) ? chunks * chunkBytes : undefined;
  }

  /** What the stream was when it was last asked; undefined when nothing is known of it. */
  async #info(): Promise<StreamInfo | undefined> {
    const now = performance.now();
    if (this.#known === undefined || now >= this.#known.until) {
      const info = (await this.staged.info()).take();
      if (!isErr(info)) this.#known = { until: now + KNOWN_MS, info };
    }
    return this.#known?.info;
  }
}

function issueAt(path: string, message: string | undefined) {
  return message === undefined ? [] : [{ path, message }];
}
