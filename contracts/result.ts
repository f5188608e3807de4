/**
 * Expected failures as values. A function that may fail for a foreseeable reason returns
 * {@link Result} (or {@link AsyncResult}); only bugs throw.
 *
 * @module
 */

/** What successes and failures share. */
export interface ResultMethods<T, E> {
  /** True for a success; narrows `this`. */
  isOk(): this is Ok<T, E>;
  /** True for a failure; narrows `this`. */
  isErr(): this is Err<E, T>;
  /** Changes a success; a failure stays as it is. */
  map<U>(change: (value: T) => U): Result<U, E>;
  /** Changes a failure; a success stays as it is. */
  mapErr<F>(change: (error: E) => F): Result<T, F>;
  /** Continues a success with another result; a failure stays as it is. */
  andThen<U, F>(next: (value: T) => Result<U, F>): Result<U, E | F>;
  /** The value of a success, or the {@link Err} itself; distinguish them with {@link isErr}. */
  take(): T | Err<E>;
  /** The value of a success; throws the error of a failure. */
  orThrow(): T;
}

/** A success. Made by {@link ok}. */
export class Ok<T, E = never> implements ResultMethods<T, E> {
  /**
   * Made from its parts.
   *
   * @param value what succeeded
   */
  constructor(readonly value: T) {}
  /** Always true. */
  isOk(): this is Ok<T, E> {
    return true;
  }
  /** Always false. */
  isErr(): this is Err<E, T> {
    return false;
  }
  /** A success with the changed value. */
  map<U>(change: (value: T) => U): Result<U, E> {
    return new Ok<U, E>(change(this.value));
  }
  /** The same success. */
  mapErr<F>(_change: (error: E) => F): Result<T, F> {
    return new Ok<T, F>(this.value);
  }
  /** What `next` makes of the value. */
  andThen<U, F>(next: (value: T) => Result<U, F>): Result<U, E | F> {
    return next(this.value);
  }
  /** The value. */
  take(): T | Err<E> {
    return this.value;
  }
  /** The value. */
  orThrow(): T {
    return this.value;
  }
}

/** A failure. Made by {@link err}. */
export class Err<E, T = never> implements ResultMethods<T, E> {
  /**
   * Made from its parts.
   *
   * @param error what went wrong
   */
  constructor(readonly error: E) {}
  /** Always false. */
  isOk(): this is Ok<T, E> {
    return false;
  }
  /** Always true. */
  isErr(): this is Err<E, T> {
    return true;
  }
  /** The same failure. */
  map<U>(_change: (value: T) => U): Result<U, E> {
    return new Err<E, U>(this.error);
  }
  /** A failure with the changed error. */
  mapErr<F>(change: (error: E) => F): Result<T, F> {
    return new Err<F, T>(change(this.error));
  }
  /** The same failure. */
  andThen<U, F>(_next: (value: T) => Result<U, F>): Result<U, E | F> {
    return new Err<E | F, U>(this.error);
  }
  /** This failure itself. */
  take(): T | Err<E> {
    return new Err<E>(this.error);
  }
  /** Throws the error. */
  orThrow(): T {
    throw this.error;
  }
}

/**
 * A success with a value of type `T`, or a failure with an error of type `E`.
 *
 * ```ts
 * import { err, isErr, ok, type Result } from "@qlever-llc/trellis";
 *
 * function half(n: number): Result<number, RangeError> {
 *   return n % 2 === 0 ? ok(n / 2) : err(new RangeError(`${n} is odd`));
 * }
 * const value = half(4).take();
 * if (!isErr(value)) value.toFixed(1);
 * ```
 */
export type Result<T, E> = Ok<T, E> | Err<E, T>;

/** Makes a success; without an argument, a success that carries nothing. */
export function ok(): Ok<void>;
/** Makes a success. */
export function ok<T>(value: T): Ok<T>;
export function ok<T>(value?: T): Ok<T | undefined> {
  return new Ok(value);
}

/** Makes a failure. */
export function err<E>(error: E): Err<E> {
  return new Err(error);
}

/** The failure among what a value may be; of an unknown value, a failure with an unknown error. */
export type FailureIn<V> = unknown extends V ? V & Err<unknown> : Extract<V, Err<unknown, unknown>>;

/**
 * True for the {@link Err} that `take()` gave (or for a failed {@link Result} itself);
 * after an early return on it, the value is narrowed to the success type.
 */
export function isErr<V>(value: V): value is FailureIn<V> {
  return value instanceof Err;
}

/**
 * A {@link Result} that is still on its way. Await it to get the `Result`, or use the same
 * few methods at once; it never rejects for an expected failure.
 */
export class AsyncResult<T, E> implements PromiseLike<Result<T, E>> {
  readonly #result: Promise<Result<T, E>>;

  /**
   * Made from its parts.
   *
   * @param result the promise of a result; a rejection is a bug and passes through
   */
  constructor(result: Promise<Result<T, E>>) {
    this.#result = result;
  }
  /** Starts `work` and wraps what it returns. */
  static from<T, E>(work: () => Promise<Result<T, E>>): AsyncResult<T, E> {
    return new AsyncResult(work());
  }
  /** A success that is there already. */
  static ok<T>(value: T): AsyncResult<T, never> {
    return new AsyncResult(Promise.resolve(ok(value)));
  }
  /** A failure that is there already. */
  static err<E>(error: E): AsyncResult<never, E> {
    return new AsyncResult(Promise.resolve(err(error)));
  }
  /** Makes the result awaitable. */
  then<A = Result<T, E>, B = never>(
    onfulfilled?: ((result: Result<T, E>) => A | PromiseLike<A>) | null,
    onrejected?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    return this.#result.then(onfulfilled, onrejected);
  }
  /** Changes a success; a failure stays as it is. */
  map<U>(change: (value: T) => U): AsyncResult<U, E> {
    return new AsyncResult(this.#result.then((result) => result.map(change)));
  }
  /** Changes a failure; a success stays as it is. */
  mapErr<F>(change: (error: E) => F): AsyncResult<T, F> {
    return new AsyncResult(this.#result.then((result) => result.mapErr(change)));
  }
  /** Continues a success with another result, awaited or not; a failure stays as it is. */
  andThen<U, F>(
    next: (value: T) => Result<U, F> | PromiseLike<Result<U, F>>,
  ): AsyncResult<U, E | F> {
    return new AsyncResult<U, E | F>(
      this.#result.then((result): Result<U, E | F> | PromiseLike<Result<U, F>> =>
        result.isErr() ? new Err<E | F, U>(result.error) : next(result.orThrow())
      ),
    );
  }
  /** Resolves to the value of a success, or to the {@link Err} itself. */
  take(): Promise<T | Err<E>> {
    return this.#result.then((result) => result.take());
  }
  /** Resolves to the value of a success; rejects with the error of a failure. */
  orThrow(): Promise<T> {
    return this.#result.then((result) => result.orThrow());
  }
}
