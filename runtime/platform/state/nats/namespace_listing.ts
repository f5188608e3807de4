import { err, isErr, ok, type Result } from "../../../../contracts/result.ts";
import type { KVError } from "../../../kv/kv_error.ts";
import type { BucketInfo, BucketStream } from "../../../kv/nats/bucket_stream.ts";
import { kvFailure } from "../../../kv/nats/kv_failure.ts";
import { scan } from "../../../kv/nats/scan.ts";
import type { KeyPage, KeyQuery } from "../state_store.ts";
import { expiryOf } from "./expiry_header.ts";
import { NamespaceIndex } from "./namespace_index.ts";

/** A namespace with so few keys is read key by key; that takes no consumer. */
const FEW_KEYS = 64;
/** As long as their values are not expected to exceed so many bytes together. */
const FEW_BYTES = 1 << 20;
/** With more changes than this, what is new is read as a stream. */
const FEW_CHANGES = 32;
/** Milliseconds for making an index, or for following what happened since. */
const REFRESH_MS = 60_000;
/** How often an index runs after a namespace that is being written. */
const MAX_ROUNDS = 12;
/** Keys that are remembered of all namespaces together; about 150 bytes each. */
const MOST_KEYS = 1_000_000;
/** What an index itself counts for, so that many empty ones do not add up unseen. */
const INDEX_COSTS = 20;

interface Known {
  /** When the bucket was made: another time means another bucket. */
  readonly created: string;
  readonly index: NamespaceIndex;
}

type Refreshed = Result<NamespaceIndex, KVError>;

/** An index is brought up to date, and then once more for those who have asked meanwhile. */
interface Turn {
  readonly running: Promise<Refreshed>;
  next: Promise<Refreshed> | undefined;
}

/**
 * Lists namespaces from indexes, one for each, which are made when they are asked for first. Before each
 * answer an index is brought to where the bucket stands: the server finds the next message of a namespace
 * behind a sequence at once, however much has been written elsewhere.
 */
export class NamespaceListing {
  readonly #stream: BucketStream;
  /** In the order of their last use. */
  readonly #known = new Map<string, Known>();
  /** Where an index is brought up to date at this moment. */
  readonly #turns = new Map<string, Turn>();
  #size = 0;

  /** @param stream of the bucket */
  constructor(stream: BucketStream) {
    this.#stream = stream;
  }

  /**
   * Keys of a namespace that hold something; as they are at a moment after the question. An index that takes
   * longer to be made than this may wait is finished all the same: who asks again finds it.
   */
  async page(query: KeyQuery, timeoutMs: number): Promise<Result<KeyPage, KVError>> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<Result<never, KVError>>((resolve) => {
      const failure = kvFailure({ kind: "timeout" }, this.#stream.context("listing"));
      timer = setTimeout(() => resolve(err(failure)), timeoutMs);
    });
    const index = (await Promise.race([this.#fresh(query.namespace), late])).take();
    clearTimeout(timer);
    return isErr(index) ? index : ok(index.page(query));
  }

  /** Whoever asks while an index is brought up to date shares the next turn: that begins after the question. */
  #fresh(namespace: string): Promise<Refreshed> {
    const turn = this.#turns.get(namespace);
    if (turn === undefined) return this.#begin(namespace);
    const begin = () => this.#begin(namespace);
    return turn.next ??= turn.running.then(begin, begin);
  }

  #begin(namespace: string): Promise<Refreshed> {
    const running = this.#refresh(namespace, performance.now() + REFRESH_MS);
    const turn: Turn = { running, next: undefined };
    this.#turns.set(namespace, turn);
    const end = () => {
      if (turn.next === undefined) this.#turns.delete(namespace);
    };
    running.then(end, end);
    return running;
  }

  /**
   * Brings the index to a state that the namespace had after the question was asked. What is overwritten while
   * it is read as a whole moves behind the end of the bucket, and is found in the next round.
   */
  async #refresh(
    namespace: string,
    deadline: number,
  ): Promise<Result<NamespaceIndex, KVError>> {
    let known = this.#take(namespace);
    for (let round = 1;; round++) {
      const info = (await this.#stream.info(deadline)).take();
      if (isErr(info)) return info;
      const { created, lastSequence } = info;
      if (known?.created !== created || known.index.newest > lastSequence) {
        const made = (await this.#make(namespace, deadline)).take();
        if (isErr(made)) return made;
        known = { created, index: made };
        continue;
      }
      const { index } = known;
      const isDone = (await this.#follow(index, namespace, lastSequence, deadline)).take();
      if (isErr(isDone)) return isDone;
      if (!isDone && round < MAX_ROUNDS) continue;
      this.#keep(namespace, known);
      return ok(index);
    }
  }

  /** An index of what is there; what is written meanwhile is followed then. */
  async #make(
    namespace: string,
    deadline: number,
  ): Promise<Result<NamespaceIndex, KVError>> {
    const counted = (await this.#stream.count(deadline, `${namespace}.>`)).take();
    if (isErr(counted)) return counted;
    const index = new NamespaceIndex();
    // The bucket keeps one revision of each key, so that all messages of a namespace are its newest.
    const made = isLittle(counted)
      ? await this.#readAll(index, namespace, deadline)
      : await this.#scan(index, namespace, 0, deadline);
    if (made.isOk()) index.reached(counted.lastSequence);
    return made.map(() => index);
  }

  async #readAll(
    index: NamespaceIndex,
    namespace: string,
    deadline: number,
  ): Promise<Result<void, KVError>> {
    const info = (await this.#stream.info(deadline, `${namespace}.>`)).take();
    if (isErr(info)) return info;
    const { keys } = info;
    const reads = keys.map((key) => this.#stream.revision({ last: key }, deadline));
    for (const read of await Promise.all(reads)) {
      const revision = read.take();
      if (isErr(revision)) return revision;
      if (revision !== undefined) index.apply(noted(namespace, revision));
    }
    return ok();
  }

  #scan(
    index: NamespaceIndex,
    namespace: string,
    since: number,
    deadline: number,
  ): Promise<Result<void, KVError>> {
    return scan(
      this.#stream,
      { filter: `${namespace}.>`, since },
      deadline,
      (revision) => index.apply(noted(namespace, revision)),
    );
  }

  /** Applies what was written behind the index up to a sequence; false when it may have missed some of it. */
  async #follow(
    index: NamespaceIndex,
    namespace: string,
    last: number,
    deadline: number,
  ): Promise<Result<boolean, KVError>> {
    const next = `${namespace}.>`;
    for (let changes = 0; index.newest < last; changes++) {
      if (changes === FEW_CHANGES) {
        const scanned = await this.#scan(index, namespace, index.newest, deadline);
        if (scanned.isOk()) index.reached(last);
        return scanned.map(() => false);
      }
      const from = index.newest + 1;
      const revision = (await this.#stream.revision({ next, from }, deadline)).take();
      if (isErr(revision)) return revision;
      if (revision !== undefined) index.apply(noted(namespace, revision));
      index.reached(revision?.sequence ?? last);
    }
    return ok(true);
  }

  #take(namespace: string): Known | undefined {
    const known = this.#known.get(namespace);
    if (known === undefined) return undefined;
    this.#known.delete(namespace);
    this.#size -= costOf(known);
    return known;
  }

  #keep(namespace: string, known: Known): void {
    this.#known.set(namespace, known);
    this.#size += costOf(known);
    for (const [oldest, { index }] of this.#known) {
      if (this.#size <= MOST_KEYS || oldest === namespace) return;
      this.#known.delete(oldest);
      this.#size -= costOf({ index });
    }
  }
}

function costOf({ index }: Pick<Known, "index">): number {
  return index.size + INDEX_COSTS;
}

function noted(
  namespace: string,
  { key, sequence, deleted, headers }: {
    readonly key: string;
    readonly sequence: number;
    readonly deleted: boolean;
    readonly headers: string;
  },
) {
  const expiresAt = expiryOf(headers);
  return { key: key.slice(namespace.length + 1), sequence, deleted, expiresAt };
}

function isLittle({ matching, bytes, messages }: BucketInfo): boolean {
  return matching <= FEW_KEYS && matching * (bytes / Math.max(messages, 1)) <= FEW_BYTES;
}
