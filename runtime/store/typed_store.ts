import { largestFile } from "../../contracts/schema/file_limits.ts";
import type { StoreResourceBinding } from "../../contracts/stored/bindings.ts";
import type { StoreRecord } from "../../contracts/stored/store_record.ts";
import { AsyncResult, err, isErr, ok, type Result } from "../../contracts/result.ts";
import {
  buildPageResponse,
  MAX_PAGE_LIMIT,
  normalizePageQuery,
  type PageResponse,
} from "../../contracts/schema/page.ts";
import { OperationLimit, STOPPED } from "./operation_limit.ts";
import { operationProblem } from "./object_options.ts";
import type { LiveObjects, ObjectStore } from "./object_store.ts";
import type { SentPart, WantedPart } from "./object_part.ts";
import { keyProblem, prefixProblem, prefixRange } from "./store_key.ts";
import { StoreError } from "./store_error.ts";
import type { KeyOperation, OperationContext } from "../operation_context.ts";
import { storeError } from "./store_problem.ts";
import type {
  StoreBody,
  StoreInfo,
  StoreListQuery,
  StoreOperationOptions,
  StoreStatus,
  StoreWaitOptions,
  StoreWriteOptions,
} from "./store_types.ts";
import { infoOf, TypedStoreEntry } from "./typed_store_entry.ts";
import { waitForObject } from "./wait_for_object.ts";
import { type ObjectWrite, removeObject, writeObject } from "./write_object.ts";

/** What a {@link TypedStore} is made with besides the place of its objects. */
export interface TypedStoreOptions {
  /** The name under `resources.store`, for messages. */
  readonly alias: string;
  /** The limits in force. */
  readonly binding: StoreResourceBinding;
  /** Milliseconds that a piece of a body may take to come. */
  readonly stallMs: number;
  /** What causes the changes through it; stored with them. */
  readonly cause?: string;
  /** Is told of entries that cannot be read, which lists leave out then; without it they fail a list. */
  readonly onUnreadable?: ((key: string) => void) | undefined;
}

/**
 * A store of large opaque values, each under a key as `incoming/2024/a.pdf`.
 *
 * No expected failure throws: every method answers a result with a {@link StoreError}, which
 * names its `reason`. An object is visible as a whole or not at all, also when the writer or the server
 * dies; of writers that meet at one key, the last one wins. Reads see every write that was acknowledged
 * before them, and readers of an object that is replaced meanwhile finish undisturbed.
 *
 * ```ts ignore
 * const uploads = await client.store.uploads.open().orThrow();
 * await uploads.put("incoming/a.pdf", request.body, { contentType: "application/pdf" }).orThrow();
 * const entry = await uploads.get("incoming/a.pdf").orThrow();
 * for await (const chunk of await entry.stream().orThrow()) hash.update(chunk);
 * ```
 */
export class TypedStore {
  readonly #store: ObjectStore;
  readonly #options: TypedStoreOptions;

  /**
   * Made by `StoreHandle.open`; nothing is asked of the server.
   *
   * @param store where the objects are
   * @param options the alias and its limits
   */
  constructor(store: ObjectStore, options: TypedStoreOptions) {
    this.#store = store;
    this.#options = options;
  }

  /** The same store, whose changes say what has caused them, as `rpc:<request id>`. */
  static causedBy(store: TypedStore, cause: string): TypedStore {
    return new TypedStore(store.#store, { ...store.#options, cause });
  }

  /**
   * The same as `put`, of an object that `check` finds nothing wrong with: before that no key leads to it. The pieces of the
   * body become the store's own.
   */
  static putChecked(
    store: TypedStore,
    key: string,
    body: StoreBody,
    opts: StoreWriteOptions,
    check: ObjectWrite["check"],
  ): AsyncResult<void, StoreError> {
    return new AsyncResult(store.#write("put", key, body, opts, { check, ownsPieces: true }));
  }

  /** The most bytes that an object of a store can have; undefined where there is no limit. */
  static largestObject(store: TypedStore): number | undefined {
    return largestFile(store.#options.binding);
  }

  /** Has a part of an object that a key has led to sent to somebody. */
  static send(
    store: TypedStore,
    key: string,
    record: StoreRecord,
    part: WantedPart,
  ): Promise<Result<SentPart, StoreError>> {
    return store.#store.send(store.#context("sending", key), record, part);
  }

  /** Stores the first object of a key; `exists` when it has one, which stays as it is. */
  create(
    key: string,
    body: StoreBody,
    opts: StoreWriteOptions = {},
  ): AsyncResult<void, StoreError> {
    return new AsyncResult(this.#write("create", key, body, opts));
  }

  /** Stores an object, whether or not there is one. A streamed body is read once and not kept. */
  put(key: string, body: StoreBody, opts: StoreWriteOptions = {}): AsyncResult<void, StoreError> {
    return new AsyncResult(this.#write("put", key, body, opts));
  }

  /** What is stored under exactly this key, to be read; `not_found` when nothing is. */
  get(key: string, opts: StoreOperationOptions = {}): AsyncResult<TypedStoreEntry, StoreError> {
    return new AsyncResult(this.#get(key, opts));
  }

  /**
   * Asks until there is an object, and answers what `get` would. Reads, moves and deletes nothing.
   * `timeout` when none has come in time, `aborted` when the signal ends the wait.
   */
  waitFor(key: string, opts: StoreWaitOptions = {}): AsyncResult<TypedStoreEntry, StoreError> {
    const wait = () => waitForObject(() => this.get(key), opts, this.#context("waiting for", key));
    return new AsyncResult(wait());
  }

  /** Removes the object of a key; one that holds none too. */
  delete(key: string): AsyncResult<void, StoreError> {
    return new AsyncResult(this.#delete(key));
  }

  /**
   * A page of objects in the order of the code points of their keys. It is live: writes between two
   * pages can shift later ones. Limits out of bounds are `invalid_page`.
   */
  list(opts: StoreListQuery): AsyncResult<PageResponse<StoreInfo>, StoreError> {
    return new AsyncResult(this.#list(opts));
  }

  /** What the store holds and allows. */
  status(): AsyncResult<StoreStatus, StoreError> {
    return new AsyncResult(this.#status());
  }

  async #write(
    doing: "create" | "put",
    key: string,
    body: StoreBody,
    options: StoreWriteOptions,
    more: Pick<ObjectWrite, "check" | "ownsPieces"> = {},
  ): Promise<Result<void, StoreError>> {
    const problem = keyProblem(key);
    if (problem !== undefined) return err(problem);
    const { binding, stallMs } = this.#options;
    return await writeObject(this.#store, {
      context: this.#context(doing, key),
      body,
      options,
      onlyNew: doing === "create",
      maxObjectBytes: binding.maxObjectBytes,
      stallMs,
      ...more,
    });
  }

  async #get(
    key: string,
    options: StoreOperationOptions,
  ): Promise<Result<TypedStoreEntry, StoreError>> {
    const context = this.#context("get", key);
    const problem = keyProblem(key) ?? operationProblem(options, context);
    if (problem !== undefined) return err(problem);
    using limit = new OperationLimit(context, options);
    const answer = await limit.wait(this.#store.find(context));
    if (answer === STOPPED) return err(limit.error ?? missing(context));
    const found = answer.take();
    if (isErr(found)) return found;
    if (found === undefined) return err(missing(context));
    if (found.record === undefined) return err(unreadable(context));
    return ok(new TypedStoreEntry(this.#store, found, found.record, this.#options.alias));
  }

  async #delete(key: string): Promise<Result<void, StoreError>> {
    const problem = keyProblem(key);
    if (problem !== undefined) return err(problem);
    return await removeObject(this.#store, this.#context("delete", key));
  }

  async #list(query: StoreListQuery): Promise<Result<PageResponse<StoreInfo>, StoreError>> {
    const { prefix = "" } = query;
    const problem = prefixProblem(prefix);
    if (problem !== undefined) return err(problem);
    const page = boundedPage(query).take();
    if (isErr(page)) return page;
    const live = (await this.#store.live()).take();
    if (isErr(live)) return live;
    const { start, end } = prefixRange(live.written, prefix);
    const found = (await this.#readPage(live, start + page.offset, end, page.limit)).take();
    if (isErr(found)) return found;
    return ok(buildPageResponse(found.infos, end - start - found.gone, page));
  }

  /** Reads a page's objects; keys deleted since they were listed are left out and made up for, and so is what cannot be read where somebody is told of it. */
  async #readPage(
    live: LiveObjects,
    start: number,
    end: number,
    limit: number,
  ): Promise<Result<{ infos: StoreInfo[]; gone: number }, StoreError>> {
    const { onUnreadable } = this.#options;
    const infos: StoreInfo[] = [];
    let gone = 0;
    for (let next = start; infos.length < limit && next < end;) {
      const keys = live.written.slice(next, Math.min(end, next + limit - infos.length));
      next += keys.length;
      for (const read of await Promise.all(keys.map((key) => live.read(key)))) {
        const found = read.take();
        if (isErr(found)) return found;
        if (found === undefined) gone++;
        else if (found.record !== undefined) infos.push(infoOf(found, found.record));
        else if (onUnreadable === undefined) {
          return err(unreadable(this.#context("list", found.key)));
        } else {
          onUnreadable(found.key);
          gone++;
        }
      }
    }
    return ok({ infos, gone });
  }

  async #status(): Promise<Result<StoreStatus, StoreError>> {
    const [figures, live] = await Promise.all([this.#store.figures(), this.#store.live()]);
    if (figures.isErr()) return err(figures.error);
    if (live.isErr()) return err(live.error);
    const { ttlMs, maxTotalBytes, maxObjectBytes } = this.#options.binding;
    const status: StoreStatus = {
      objects: live.orThrow().written.length,
      bytes: figures.orThrow().bytes,
      ttlMs,
    };
    if (maxTotalBytes !== undefined) status.maxTotalBytes = maxTotalBytes;
    if (maxObjectBytes !== undefined) status.maxObjectBytes = maxObjectBytes;
    return ok(status);
  }

  #context(doing: string, key: string): KeyOperation {
    const { alias, cause } = this.#options;
    return { resource: `store ${alias}`, doing, key, cause };
  }
}

function missing(context: OperationContext): StoreError {
  return storeError({ reason: "not_found", what: "the key holds no object" }, context);
}

function unreadable(context: OperationContext): StoreError {
  const what = "the index entry is not one that Trellis wrote; put the object again, or delete it";
  return storeError({ reason: "corrupt", what }, context);
}

function boundedPage(
  query: StoreListQuery,
): Result<{ offset: number; limit: number }, StoreError> {
  try {
    return ok(normalizePageQuery(query, MAX_PAGE_LIMIT));
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
    return err(new StoreError({ reason: "invalid_page", message: cause.message, cause }));
  }
}
