import { isErr, ok, type Result } from "../../../contracts/result.ts";
import { recordKey, signalKey } from "../../../contracts/stored/job_names.ts";
import { isEnded, type OperationRecord } from "../../../contracts/stored/operation_record.ts";
import type { StoredRevision } from "../../kv/kv_bucket.ts";
import type { KVError } from "../../kv/kv_error.ts";
import type { OpenRecords } from "../../jobs/record_store.ts";
import { readOperationRecord, type StoredOperation } from "../operation_control.ts";
import { readJson } from "../../../contracts/json/json.ts";

/** Milliseconds that a write may take before its record is looked at again. */
const WRITE_MS = 5000;
/** Signals of one operation. Whoever sends another reads all of them. */
const MOST_SIGNALS = 1000;

/** A signal that was stored. */
export interface StoredSignal {
  readonly name: string;
  readonly input: unknown;
  /** When it was stored, by the clock of the server, in milliseconds since 1970. */
  readonly at: number;
}

/** A signal that is to be stored. */
export interface NewSignal extends Omit<StoredSignal, "at"> {
  /** Those that were there when that was last read; looked for when left out. */
  readonly behind?: readonly StoredSignal[];
}

/** The records and the signals of one operation of a service, each changed by compare-and-set only. */
export class OperationRecords {
  /** Their bucket. */
  readonly bucket: string;
  readonly #open: OpenRecords;
  readonly #queue: string;
  readonly #keepMs: number;

  /** @param keepMs milliseconds that a record is kept after its end */
  constructor(bucket: string, open: OpenRecords, queue: string, keepMs: number) {
    this.bucket = bucket;
    this.#open = open;
    this.#queue = queue;
    this.#keepMs = keepMs;
  }

  /** The record of an id; undefined while there is none. */
  async read(id: string): Promise<Result<StoredOperation | undefined, KVError>> {
    const bucket = (await this.#open()).take();
    if (isErr(bucket)) return bucket;
    const key = recordKey("operation", this.#queue, id);
    const found = (await bucket.last(key)).take();
    if (isErr(found)) return found;
    if (found === undefined || found.deleted) return ok(undefined);
    const { bytes, revision } = found;
    const record = readOperationRecord(bytes);
    if (record !== undefined) return ok({ record, revision: Number(revision) });
    // It would be in the way of the record: nobody could write one, and nobody could read this.
    return (await bucket.remove(key, { kind: "revision", revision })).map(() => undefined);
  }

  /** Writes a record over a revision, 0 for none, and answers the next one. */
  async write(record: OperationRecord, revision: number): Promise<Result<number, KVError>> {
    const bucket = (await this.#open()).take();
    if (isErr(bucket)) return bucket;
    const written = await bucket.write(
      recordKey("operation", this.#queue, record.id),
      new TextEncoder().encode(JSON.stringify(record)),
      revision === 0 ? { kind: "absent" } : { kind: "revision", revision: String(revision) },
      {
        timeoutMs: WRITE_MS,
        cause: record.cause,
        ...(isEnded(record.state) ? { keepMs: this.#keepMs } : {}),
      },
    );
    return written.map(Number);
  }

  /**
   * The signals of an operation, in their order.
   *
   * @param known those that were read before: none of them changes
   * @param isLast true for one behind which nothing needs to be looked for
   */
  async signals(
    id: string,
    known: readonly StoredSignal[] = [],
    isLast: (signal: StoredSignal) => boolean = () => false,
  ): Promise<Result<readonly StoredSignal[], KVError>> {
    const bucket = (await this.#open()).take();
    if (isErr(bucket)) return bucket;
    const signals = [...known];
    for (;;) {
      const found = (await bucket.last(signalKey(this.#queue, id, signals.length + 1))).take();
      if (isErr(found)) return found;
      const signal = found && signalIn(found);
      if (signal === undefined) return ok(signals);
      signals.push(signal);
      if (isLast(signal)) return ok(signals);
    }
  }

  /**
   * Stores a signal behind those that are there; false when there are too many.
   *
   * @param requestId the same request is stored once
   */
  async addSignal(
    id: string,
    { name, input, behind }: NewSignal,
    requestId: string,
    keepMs: number,
  ): Promise<Result<boolean, KVError>> {
    const bucket = (await this.#open()).take();
    if (isErr(bucket)) return bucket;
    const known = behind ?? (await this.signals(id)).take();
    if (isErr(known)) return known;
    if (known.length >= MOST_SIGNALS) return ok(false);
    const bytes = new TextEncoder().encode(JSON.stringify({ name, input }));
    const options = { keepMs, id: `${id}:signal:${requestId}` };
    for (let number = known.length + 1;; number++) {
      const key = signalKey(this.#queue, id, number);
      const written = (await bucket.write(key, bytes, { kind: "absent" }, options)).take();
      if (!isErr(written)) return ok(true);
      // Another one has this number.
      if (written.error.reason !== "exists") return written;
    }
  }

  /** Calls `changed` with the revisions that are written from now on, until the signal aborts. Resolves when it has begun. */
  async watch(
    what: { readonly record: string } | { readonly signalsOf: string },
    signal: AbortSignal,
    changed: (revision: number) => void,
  ): Promise<void> {
    const bucket = (await this.#open()).take();
    if (isErr(bucket)) return;
    const key = "record" in what
      ? recordKey("operation", this.#queue, what.record)
      : `signal.${this.#queue}.${what.signalsOf}.*`;
    const changes = (await bucket.watch(key, { signal })).take();
    if (isErr(changes)) return;
    follow(changes, changed);
  }
}

/** What a watch ends with does not matter: writes notice what it would have told, later. */
async function follow(
  changes: AsyncIterable<StoredRevision>,
  changed: (revision: number) => void,
): Promise<void> {
  try {
    for await (const { revision } of changes) changed(Number(revision));
  } catch {
    changed(Infinity);
  }
}

function signalIn({ bytes, deleted, createdAt }: StoredRevision): StoredSignal | undefined {
  const value = deleted ? undefined : readJson(new TextDecoder().decode(bytes));
  if (typeof value !== "object" || value === null || !("name" in value)) return undefined;
  const { name } = value;
  if (typeof name !== "string") return undefined;
  return { name, input: "input" in value ? value.input : undefined, at: Date.parse(createdAt) };
}
