import {
  DiscardPolicy,
  jetstreamManager,
  RetentionPolicy,
  StorageType,
  type StreamConfig,
} from "@nats-io/jetstream";
import { mayBeClustered } from "../../../nats/link/js_domain.ts";
import type { NatsConnection } from "@nats-io/nats-core";
import { isErr, ok, type Result } from "../../../../contracts/result.ts";
import { STATE_BUCKET } from "../../../../contracts/stored/state_key.ts";
import type { KVError } from "../../../kv/kv_error.ts";
import { BucketStream } from "../../../kv/nats/bucket_stream.ts";
import { mutate } from "../../../kv/nats/mutate.ts";
import type { BucketRevision } from "../../../kv/nats/stored_revision.ts";
import { API_CODE } from "../../../nats/jetstream/api_code.ts";
import { apiCode } from "../../../nats/jetstream/library_api_code.ts";
import { JetStreamRequests } from "../../../nats/jetstream/jetstream_requests.ts";
import { serverTime } from "../../../nats/jetstream/server_time.ts";
import { addOwnStream } from "../../../nats/jetstream/own_layout.ts";
import { NANOS_PER_MS } from "../../../nats/jetstream/nanos.ts";
import type { Line } from "../../../nats/line.ts";
import { libraryConnection } from "../../../nats/link/link.ts";
import { isAbsent } from "../stored_entry.ts";
import type {
  KeyPage,
  KeyQuery,
  StateCondition,
  StateStore,
  StateWrite,
  StateWritten,
  StoredRevision,
} from "../state_store.ts";
import { expiryLines, expiryOf, forgottenAfter } from "./expiry_header.ts";
import { NamespaceListing } from "./namespace_listing.ts";

/** Milliseconds for one operation: less than a caller waits. */
const TIMEOUT_MS = 4000;
/** How long the server recognises a repeated write. */
const DUPLICATE_WINDOW_MS = 120_000;
const STREAM = `KV_${STATE_BUCKET}`;
/** What the keys of refusals begin with. All others begin with a hash. */
const REFUSED = "refused.";
const NO_BYTES = new Uint8Array(0);

/** Where the bucket is. */
export interface StateBucketPlace {
  readonly line: Line;
  /** The `inboxPrefix` of its connections. */
  readonly inboxPrefix: string;
}

/** Entries in a KV bucket. */
export class NatsStateStore implements StateStore {
  /** That of the server: what one process writes, another one reads, and the clock of its machine may be off. */
  readonly now: () => Promise<number>;
  readonly #stream: BucketStream;
  readonly #listing: NamespaceListing;
  readonly #canForget: boolean;
  readonly #windowMs: number;
  /** Newest sequence of the stream that was seen here: what is not newer was written before now. */
  #seen: number;

  private constructor(
    stream: BucketStream,
    now: () => Promise<number>,
    { canForget, windowMs, seen }: {
      readonly canForget: boolean;
      readonly windowMs: number;
      readonly seen: number;
    },
  ) {
    this.#stream = stream;
    this.now = now;
    this.#listing = new NamespaceListing(stream);
    this.#canForget = canForget;
    this.#windowMs = windowMs;
    this.#seen = seen;
  }

  /** Opens the bucket, and makes it where it is not there. The connection must be allowed to; rejects. */
  static async open({ line, inboxPrefix }: StateBucketPlace): Promise<NatsStateStore> {
    const { config, state } = await openStream(libraryConnection(line.connection));
    const requests = JetStreamRequests.of(line, inboxPrefix);
    return new NatsStateStore(
      new BucketStream(requests, STATE_BUCKET),
      serverTime(requests, STATE_BUCKET),
      // Servers before 2.11 leave out what they do not know.
      {
        canForget: config.allow_msg_ttl === true,
        windowMs: config.duplicate_window / NANOS_PER_MS,
        seen: state.last_seq,
      },
    );
  }

  /** What was written under a key last, read from the leader. */
  async read(key: string, sequence?: number): Promise<Result<StoredRevision | undefined, KVError>> {
    const deadline = performance.now() + TIMEOUT_MS;
    if (sequence !== undefined) {
      const there = (await this.#stream.revision({ at: sequence }, deadline)).take();
      if (isErr(there)) return there;
      // The bucket keeps one message of a key: what is still there is the last.
      if (there?.key === key) return ok(storedOf(there));
    }
    const found = (await this.#stream.revision({ last: key }, deadline)).take();
    if (isErr(found)) return found;
    this.#see(found?.sequence ?? 0);
    return ok(found && storedOf(found));
  }

  /** Writes, or deletes, under a condition. */
  async write(
    { key, bytes, when, operation, expiresAt, now }: StateWrite,
  ): Promise<Result<StateWritten, KVError>> {
    const isDeletion = bytes === undefined;
    const written = (await mutate(this.#stream, {
      key,
      bytes,
      when: writeCondition(when),
      timeoutMs: TIMEOUT_MS,
      knownSequence: this.#seen,
      sharedId: operation,
      headers: expiryLines({ isDeletion, expiresAt, now, canForget: this.#canForget }),
      isGone: (revision) => isAbsent(storedOf(revision), now),
    })).take();
    if (isErr(written)) {
      const { reason } = written.error;
      if (reason === "revision_mismatch") return ok({ kind: "refused" });
      if (reason !== "exists") return written;
      return (await this.refuse(operation)).map((sequence) =>
        sequence === undefined ? { kind: "refused" } : { kind: "stored", sequence, isRepeat: true }
      );
    }
    this.#see(written.sequence);
    if (written.isRepeat && (isDeletion || when.kind === "absent")) {
      const refused = (await this.#isRefusal(written.sequence)).take();
      if (isErr(refused)) return refused;
      if (refused) return ok({ kind: "refused" });
    }
    return ok({ kind: "stored", ...written });
  }

  /** Takes the name for a message that says nothing: whoever writes under it then has it stored no more. */
  async refuse(operation: string): Promise<Result<number | undefined, KVError>> {
    // Where nothing is forgotten it would stay for ever.
    if (!this.#canForget) return ok(undefined);
    const taken = (await mutate(this.#stream, {
      key: `${REFUSED}${operation}`,
      bytes: NO_BYTES,
      when: { kind: "any" },
      timeoutMs: TIMEOUT_MS,
      knownSequence: this.#seen,
      sharedId: operation,
      headers: forgottenAfter(2 * this.#windowMs),
    })).take();
    // Where nothing has room, nobody else writes it either.
    if (isErr(taken)) return taken.error.reason === "full" ? ok(undefined) : taken;
    const { sequence, isRepeat } = taken;
    if (!isRepeat) return ok(undefined);
    return (await this.#isRefusal(sequence)).map((refused) => refused ? undefined : sequence);
  }

  /** Whether it was a refusal that was stored there: that stays for longer than the server recognises its name. */
  async #isRefusal(sequence: number): Promise<Result<boolean, KVError>> {
    const stored = await this.#stream.revision({ at: sequence }, performance.now() + TIMEOUT_MS);
    return stored.map((revision) => revision?.key.startsWith(REFUSED) ?? false);
  }

  /** Keys of a namespace that hold something. */
  keys(query: KeyQuery): Promise<Result<KeyPage, KVError>> {
    return this.#listing.page(query, TIMEOUT_MS);
  }

  #see(sequence: number): void {
    if (sequence > this.#seen) this.#seen = sequence;
  }
}

async function openStream(connection: NatsConnection) {
  const manager = await jetstreamManager(connection, { checkAPI: false });
  const { streams } = manager;
  try {
    const info = await streams.info(STREAM);
    const repair = repairOf(info.config);
    return repair === undefined ? info : await streams.update(STREAM, repair);
  } catch (cause) {
    if (apiCode(cause) !== API_CODE.streamNotFound) throw cause;
  }
  try {
    return await addOwnStream(manager, mayBeClustered(connection), newConfig());
  } catch (cause) {
    // Another process was faster.
    if (apiCode(cause) !== API_CODE.streamNameInUse) throw cause;
    return await streams.info(STREAM);
  }
}

/** What has to be as it was made: one message of a key, and writes that are recognised when they are repeated. */
function repairOf(
  { max_msgs_per_subject, duplicate_window }: StreamConfig,
): Partial<StreamConfig> | undefined {
  const window = DUPLICATE_WINDOW_MS * NANOS_PER_MS;
  if (max_msgs_per_subject === 1 && duplicate_window >= window) return undefined;
  return { max_msgs_per_subject: 1, duplicate_window: Math.max(window, duplicate_window) };
}

/** The configuration of a new bucket. A fresh object each time: the client writes on it. */
function newConfig() {
  return {
    name: STREAM,
    description: "State of users, devices and agents, owned by Trellis",
    subjects: [`$KV.${STATE_BUCKET}.>`],
    retention: RetentionPolicy.Limits,
    storage: StorageType.File,
    discard: DiscardPolicy.New,
    max_msgs_per_subject: 1,
    duplicate_window: DUPLICATE_WINDOW_MS * NANOS_PER_MS,
    deny_delete: true,
    allow_rollup_hdrs: true,
    // Reads go to the leader: others may have older entries.
    allow_direct: false,
    allow_msg_ttl: true,
    metadata: { "trellis.kind": "state" },
  } satisfies Partial<StreamConfig>;
}

function writeCondition(when: StateCondition) {
  return when.kind === "sequence"
    ? { kind: "revision", revision: String(when.sequence) } as const
    : when;
}

function storedOf(
  { sequence, deleted: isDeleted, operationId: operation, headers, bytes }: BucketRevision,
): StoredRevision {
  return { sequence, isDeleted, operation, bytes, expiresAt: expiryOf(headers) };
}
