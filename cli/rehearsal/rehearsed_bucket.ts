import { decodeBase64 } from "../../contracts/json/base64.ts";
import { err, isErr, ok, type Result } from "../../contracts/result.ts";
import { keyMatcher } from "../../runtime/kv/key.ts";
import type {
  KvBucket,
  LiveKeys,
  StoredRevision,
  WriteCondition,
  WriteOptions,
} from "../../runtime/kv/kv_bucket.ts";
import type { KVStatus } from "../../runtime/kv/kv_entry.ts";
import { KVError } from "../../runtime/kv/kv_error.ts";
import type { BucketAnswer, Reading, SentRevision } from "./rehearsal_protocol.ts";
import type { RehearsedRun } from "./rehearsed_run.ts";

/** Reads the real bucket. */
export type ReadBucket = (reading: Reading) => Promise<BucketAnswer>;

const NO_BYTES = new Uint8Array(0);

/** A bucket that is read as it is, and written by nobody: one run sees what it has written itself. */
export class RehearsedBucket implements KvBucket {
  readonly name: string;
  readonly #read: ReadBucket;
  readonly #run: RehearsedRun;
  readonly #written = new Map<string, StoredRevision[]>();
  #writes = 0;

  /** @param name alias of the bucket */
  constructor(name: string, read: ReadBucket, run: RehearsedRun) {
    this.name = name;
    this.#read = read;
    this.#run = run;
  }

  /** See {@link KvBucket.last}. */
  async last(key: string): Promise<Result<StoredRevision | undefined, KVError>> {
    const own = this.#written.get(key)?.at(-1);
    return own === undefined ? (await this.#revisions("last", key)).map((all) => all[0]) : ok(own);
  }

  /** See {@link KvBucket.write}. */
  write(
    key: string,
    bytes: Uint8Array,
    when: WriteCondition,
    options?: WriteOptions,
  ): Promise<Result<string, KVError>> {
    return this.#change(key, bytes, when, options);
  }

  /** See {@link KvBucket.remove}. */
  remove(
    key: string,
    when: WriteCondition,
    options?: WriteOptions,
  ): Promise<Result<string, KVError>> {
    return this.#change(key, undefined, when, options);
  }

  /** See {@link KvBucket.live}. */
  async live(filter: string): Promise<Result<LiveKeys, KVError>> {
    const { error, keys: real = [] } = await this.#read({ what: "live", filter });
    if (error !== undefined) return err(new KVError(error));
    const keys = new Set(real);
    const matches = keyMatcher(filter);
    for (const [key, revisions] of this.#written) {
      if (revisions.at(-1)?.deleted) keys.delete(key);
      else if (matches(key)) keys.add(key);
    }
    return ok({ keys: [...keys].sort(), read: (key) => this.last(key) });
  }

  /** See {@link KvBucket.history}. */
  async history(key: string): Promise<Result<readonly StoredRevision[], KVError>> {
    const own = this.#written.get(key) ?? [];
    return (await this.#revisions("history", key)).map((real) => [...real, ...own]);
  }

  /** What is written later is not known: only what is there already is reported. */
  async watch(
    filter: string,
    { includeExisting = false }: { readonly includeExisting?: boolean },
  ): Promise<Result<AsyncIterable<StoredRevision>, KVError>> {
    const live = (await this.live(filter)).take();
    if (isErr(live)) return live;
    return ok(this.#existing(includeExisting ? live.keys : []));
  }

  /** What is written later is not known, and whoever follows waits for it. */
  follow(): Promise<never> {
    return this.#run.stop("change", this.name);
  }

  /** See {@link KvBucket.status}. */
  async status(): Promise<Result<KVStatus, KVError>> {
    const { error, status } = await this.#read({ what: "status" });
    if (error !== undefined) return err(new KVError(error));
    return status === undefined ? await this.#run.stop("change", this.name) : ok(status);
  }

  /** Why a write would be refused; undefined when it would not. */
  async refusal(key: string, when: WriteCondition): Promise<KVError | undefined> {
    if (when.kind === "any") return undefined;
    const current = (await this.last(key)).take();
    if (isErr(current)) return current.error;
    const about = `kv.${this.name} "${key}"`;
    if (when.kind === "absent") {
      if (current === undefined || current.deleted) return undefined;
      return new KVError({ reason: "exists", message: `${about} holds a value already`, key });
    }
    if (current?.revision === when.revision) return undefined;
    const message = `${about}: its revision is not ${when.revision} any more`;
    return new KVError({ reason: "revision_mismatch", message, key });
  }

  async #change(
    key: string,
    bytes: Uint8Array | undefined,
    when: WriteCondition,
    { cause }: WriteOptions = {},
  ): Promise<Result<string, KVError>> {
    const refusal = await this.refusal(key, when);
    if (refusal !== undefined) return err(refusal);
    const revision = `rehearsed-${++this.#writes}`;
    const written = {
      key,
      revision,
      createdAt: new Date().toISOString(),
      deleted: bytes === undefined,
      bytes: bytes ?? NO_BYTES,
      cause,
    };
    this.#written.set(key, [...this.#written.get(key) ?? [], written]);
    this.#run.record({ kind: "kv", name: this.name, key });
    return ok(revision);
  }

  async #revisions(
    what: "last" | "history",
    key: string,
  ): Promise<Result<readonly StoredRevision[], KVError>> {
    const { error, revisions = [] } = await this.#read({ what, key });
    return error === undefined ? ok(revisions.map(received)) : err(new KVError(error));
  }

  async *#existing(keys: readonly string[]): AsyncGenerator<StoredRevision> {
    for (const key of keys) {
      const found = (await this.last(key)).orThrow();
      if (found !== undefined) yield found;
    }
    await this.#run.stop("change", this.name);
  }
}

function received({ bytes, ...revision }: SentRevision): StoredRevision {
  return { ...revision, bytes: decodeBase64(bytes) };
}
