import { AsyncResult, type Result } from "../../contracts/result.ts";
import type { StoreError } from "./store_error.ts";
import type { StoreWaitOptions } from "./store_types.ts";
import { TypedStore } from "./typed_store.ts";
import type { TypedStoreEntry } from "./typed_store_entry.ts";
import { waitForObject } from "./wait_for_object.ts";

/**
 * The store behind an alias of the contract, before it is opened.
 *
 * ```ts ignore
 * const uploads = await service.store.uploads.open().orThrow();
 * const staged = await service.store.uploads.waitFor("incoming/a.pdf", { timeoutMs: 5000 });
 * ```
 */
export class StoreHandle {
  readonly #alias: string;
  readonly #open: () => Promise<Result<TypedStore, StoreError>>;
  #opening: Promise<Result<TypedStore, StoreError>> | undefined;

  /**
   * Made by the runtime for every declared alias; nothing is asked of the server.
   *
   * @param alias the name under `resources.store`, for messages
   * @param open resolves the binding
   */
  constructor(alias: string, open: () => Promise<Result<TypedStore, StoreError>>) {
    this.#alias = alias;
    this.#open = open;
  }

  /** The same handle, whose store says with each change what has caused it, as `rpc:<request id>`. */
  static causedBy(handle: StoreHandle, cause: string): StoreHandle {
    const open = async () =>
      (await handle.#opened()).map((store) => TypedStore.causedBy(store, cause));
    return new StoreHandle(handle.#alias, open);
  }

  /** The opened store; asks the server once, and again only after a failure. */
  open(): AsyncResult<TypedStore, StoreError> {
    return new AsyncResult(this.#opened());
  }

  /** Waits for an object as {@link TypedStore.waitFor} does, and opens the store for it. */
  waitFor(key: string, opts: StoreWaitOptions = {}): AsyncResult<TypedStoreEntry, StoreError> {
    const ask = () => this.open().andThen((store) => store.get(key));
    return new AsyncResult(
      waitForObject(ask, opts, {
        resource: `store ${this.#alias}`,
        doing: "waiting for",
        key: String(key),
      }),
    );
  }

  #opened(): Promise<Result<TypedStore, StoreError>> {
    return this.#opening ??= this.#open().then((opened) => {
      if (opened.isErr()) this.#opening = undefined;
      return opened;
    });
  }
}
