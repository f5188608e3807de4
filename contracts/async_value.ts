import type { AsyncResult, Err } from "./result.ts";

/**
 * A value that is still on its way. Await it to get the value itself; a failure is thrown then, with its
 * typed error. The other methods handle a failure as a value.
 *
 * ```ts ignore
 * const page = await client.state.drafts.list({ limit: 20 });
 *
 * const stored = await client.state.drafts.put("open", draft).take();
 * if (isErr(stored)) return report(stored.error);
 * ```
 */
export class AsyncValue<T, E> implements PromiseLike<T> {
  readonly #result: AsyncResult<T, E>;

  /**
   * Made from its parts.
   *
   * @param result the same with its failure as a value
   */
  constructor(result: AsyncResult<T, E>) {
    this.#result = result;
  }
  /** Makes the value awaitable; rejects with the error of a failure. */
  then<A = T, B = never>(
    onfulfilled?: ((value: T) => A | PromiseLike<A>) | null,
    onrejected?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    return this.orThrow().then(onfulfilled, onrejected);
  }
  /** The same as a result, which never rejects for an expected failure. */
  result(): AsyncResult<T, E> {
    return this.#result;
  }
  /** Resolves to the value, or to the {@link Err} itself. */
  take(): Promise<T | Err<E>> {
    return this.#result.take();
  }
  /** Resolves to the value; rejects with the error of a failure. */
  orThrow(): Promise<T> {
    return this.#result.orThrow();
  }
}
