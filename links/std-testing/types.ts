/**
 * Assertions about types, checked by the compiler alone: a stand-in, with the same names, for this part of the
 * package, which lives on JSR only.
 *
 * @example State what a type is
 * ```ts
 * import { assertType, type IsExact } from "@std/testing/types";
 *
 * const result = "some result" as string | number;
 * assertType<IsExact<typeof result, string | number>>(true);
 * ```
 *
 * @module
 */
import type { Marked } from "./marked_type.ts";

/** Does not compile unless the argument is the type argument: `assertType<IsNever<X>>(true)`. */
export function assertType<T extends boolean>(_expectTrue: T): void {}

/** Does not compile unless `T` is `true`. */
export type AssertTrue<T extends true> = never;

/** Does not compile unless `T` is `false`. */
export type AssertFalse<T extends false> = never;

/** Does not compile unless `T` is `Expected`. */
export type Assert<T extends boolean, Expected extends T> = never;

/** True if one member of the union `T` is `U`, or `T` is `any`. */
export type Has<T, U> = IsAny<T> extends true ? true
  : IsAny<U> extends true ? false
  : Extract<T, U> extends never ? false
  : true;

/** True if no member of the union `T` is `U`. */
export type NotHas<T, U> = Has<T, U> extends false ? true : false;

/** True if `T` may be `null` or `undefined`. */
export type IsNullable<T> = Extract<T, null | undefined> extends never ? false : true;

/** True if `T` and `U` are the same type, `any` told apart from all others at every depth; `readonly` does not count. */
export type IsExact<T, U> = Mutual<T, U> extends true ? Mutual<Marked<T>, Marked<U>> : false;

/** True if `T` is `any`. */
export type IsAny<T> = 0 extends (1 & T) ? true : false;

/** True if `T` is `never`. */
export type IsNever<T> = [T] extends [never] ? true : false;

/** True if `T` is `unknown`. */
export type IsUnknown<T> = IsAny<T> extends true ? false : unknown extends T ? true : false;

type Mutual<T, U> = [T] extends [U] ? [U] extends [T] ? true : false : false;
