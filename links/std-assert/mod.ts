/**
 * Assertions for tests: a stand-in, with the same names and signatures, for the part of the package that this project
 * uses. The package itself lives on JSR only.
 *
 * @example Compare
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals({ a: [1, 2] }, { a: [1, 2] });
 * ```
 *
 * @module
 */
export { assertAlmostEquals } from "./almost_equals.ts";
export { assertArrayIncludes } from "./array_includes.ts";
export { assert } from "./assert.ts";
export { AssertionError } from "./report/assertion_error.ts";
export { equal } from "./equal.ts";
export { assertEquals } from "./equals.ts";
export { assertExists } from "./exists.ts";
export { fail } from "./fail.ts";
export { assertFalse } from "./false.ts";
export { assertGreater } from "./greater.ts";
export { assertGreaterOrEqual } from "./greater_or_equal.ts";
export { assertInstanceOf } from "./instance_of.ts";
export { assertIsError } from "./is_error.ts";
export { assertLess } from "./less.ts";
export { assertLessOrEqual } from "./less_or_equal.ts";
export { assertMatch } from "./match.ts";
export { assertNotEquals } from "./not_equals.ts";
export { assertNotMatch } from "./not_match.ts";
export { assertNotStrictEquals } from "./not_strict_equals.ts";
export { assertObjectMatch } from "./object_match.ts";
export { assertRejects } from "./rejects.ts";
export { assertStrictEquals } from "./strict_equals.ts";
export { assertStringIncludes } from "./string_includes.ts";
export { assertThrows } from "./throws.ts";
export { unreachable } from "./unreachable.ts";
