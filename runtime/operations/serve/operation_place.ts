import { sha256 } from "@noble/hashes/sha2.js";
import { encodeBase32 } from "../../../contracts/identity/base32.ts";
import type { Validator } from "../../../contracts/schema/validator.ts";
import type { ManifestOperation } from "../../../contracts/manifest/manifest.ts";
import type { OperationRecord } from "../../../contracts/stored/operation_record.ts";
import { OWNER_HEADER } from "../../../contracts/stored/work_headers.ts";
import { keyAt, laneOf } from "../../../contracts/stored/key_lane.ts";
import type { QueueStream } from "../../jobs/nats/queue_stream.ts";
import type { QueueItem } from "../../jobs/queue_item.ts";
import type { Log } from "../../log.ts";
import type { JetStreamRequests } from "../../nats/jetstream/jetstream_requests.ts";
import type { SendPlace } from "../../transfer/send/send_place.ts";
import type { OperationRecords } from "./operation_records.ts";
import type { OperationSurface } from "../operation_surface.ts";

/** Milliseconds that an operation may take when its contract does not say it. */
export const DEADLINE_MS = 3_600_000;
/** Milliseconds that a record is kept after the end when the contract does not say it. */
export const KEEP_MS = 7 * 24 * 3_600_000;

/** One operation of a service, and where what was started of it stands. */
export interface OperationPlace {
  readonly surface: OperationSurface;
  readonly declaration: ManifestOperation;
  /** What comes with its signals. */
  readonly signals: ReadonlyMap<string, Validator>;
  readonly deployment: string;
  readonly requests: JetStreamRequests;
  readonly records: OperationRecords;
  readonly queue: QueueStream;
  /** Where files come from that are sent with it; undefined where none are. */
  readonly file: SendPlace | undefined;
  /** Digest of the contract. */
  readonly digest: string;
  /** Milliseconds since 1970, by the clock of the server. */
  readonly now: () => Promise<number>;
  readonly log: Log;
}

/**
 * The id of an operation: the same for each request of one caller under one request id, so that a start whose answer
 * was lost is asked for again without a second operation.
 */
export function operationId(owner: string, operation: string, requestId: string): string {
  const text = [owner, operation, requestId].map((part) => `${part.length}:${part}`).join("");
  const hash = sha256(new TextEncoder().encode(`trellis.operation.v1\0${text}`));
  return `o-${encodeBase32(hash).slice(0, 32).toLowerCase()}`;
}

/** The lane that an input leads to; 0 without keys. */
export function laneFor({ declaration }: OperationPlace, input: unknown): number {
  const { keyConcurrency } = declaration.work ?? {};
  return keyConcurrency === undefined ? 0 : laneOf(keyAt(input, keyConcurrency.key));
}

/** Who started the operation that a message stands for, as `user:ada`. */
export function ownerOf(item: QueueItem): string {
  return item.header(OWNER_HEADER) ?? "";
}

/** The record of an operation that no worker has had yet. */
export function pendingRecord(
  operation: string,
  { id, owner, createdAt, cause }: Pick<QueueItem, "id" | "createdAt" | "cause"> & {
    readonly owner: string;
  },
): OperationRecord {
  return {
    id,
    operation,
    owner,
    state: "pending",
    attempt: 0,
    createdAt,
    updatedAt: createdAt,
    ...(cause === undefined ? {} : { cause }),
  };
}

/** When it is given up, in milliseconds since 1970. */
export function deadlineOf(
  { declaration }: Pick<OperationPlace, "declaration">,
  { createdAt }: Pick<OperationRecord, "createdAt">,
): number {
  return Date.parse(createdAt) + (declaration.work?.deadlineMs ?? DEADLINE_MS);
}
