import { assertEquals } from "@std/assert";
import {
  type Assert,
  type AssertFalse,
  type AssertTrue,
  assertType,
  type Has,
  type IsAny,
  type IsExact,
  type IsNever,
  type IsNullable,
  type IsUnknown,
  type NotHas,
} from "@std/testing/types";

interface Tree {
  value: number;
  children: Tree[];
}
interface SameTree {
  value: number;
  children: SameTree[];
}
interface OtherTree {
  value: number;
  children: Map<string, OtherTree>;
}
// deno-lint-ignore no-explicit-any -- telling `any` from other types is what is being tested
type Anything = any;

Deno.test("IsExact is true for the same type only", () => {
  assertType<IsExact<string, string>>(true);
  assertType<IsExact<string | number, number | string>>(true);
  assertType<IsExact<string | number, string>>(false);
  assertType<IsExact<"a", string>>(false);
  assertType<IsExact<boolean, boolean>>(true);
  assertType<IsExact<boolean, true>>(false);
  assertType<IsExact<{ a: 1 } & { b: 2 }, { a: 1; b: 2 }>>(true);
  assertType<IsExact<{ a: 1 }, { a: 1; b: 2 }>>(false);
  assertType<IsExact<{ a?: 1 }, { a?: 1 }>>(true);
  assertType<IsExact<{ a?: 1 }, { a: 1 | undefined }>>(false);
  assertType<IsExact<[string, number], [string, number]>>(true);
  assertType<IsExact<[string, number?], [string, number]>>(false);
  assertType<IsExact<[string], string[]>>(false);
  assertType<IsExact<Date, Date>>(true);
});

Deno.test("IsExact tells any, unknown and never apart, at every depth", () => {
  assertType<IsExact<Anything, Anything>>(true);
  assertType<IsExact<Anything, string>>(false);
  assertType<IsExact<string, Anything>>(false);
  assertType<IsExact<Anything, unknown>>(false);
  assertType<IsExact<Anything, never>>(false);
  assertType<IsExact<never, never>>(true);
  assertType<IsExact<never, string>>(false);
  assertType<IsExact<unknown, unknown>>(true);
  assertType<IsExact<unknown, string>>(false);
  assertType<IsExact<{ a: { b: Anything } }, { a: { b: string } }>>(false);
  assertType<IsExact<{ a: { b: Anything } }, { a: { b: Anything } }>>(true);
  assertType<IsExact<Anything[], string[]>>(false);
  assertType<IsExact<Promise<Anything>, Promise<string>>>(false);
});

Deno.test("IsExact looks into functions", () => {
  assertType<IsExact<(a: string) => number, (a: string) => number>>(true);
  assertType<IsExact<(a: string) => number, (a: string) => string>>(false);
  assertType<IsExact<(a: string) => number, (a: number) => number>>(false);
  assertType<IsExact<(a: Anything) => void, (a: string) => void>>(false);
  assertType<IsExact<(a?: string) => void, (a: string | undefined) => void>>(false);
});

Deno.test("IsExact comes to an end on recursive types", () => {
  assertType<IsExact<Tree, Tree>>(true);
  assertType<IsExact<Tree, SameTree>>(true);
  assertType<IsExact<Tree, OtherTree>>(false);
});

Deno.test("Has and NotHas look for a member of a union", () => {
  assertType<Has<string | number, number>>(true);
  assertType<Has<string | number, Date>>(false);
  assertType<Has<Anything, string>>(true);
  assertType<Has<string, Anything>>(false);
  assertType<NotHas<string | number, Date>>(true);
  assertType<NotHas<string | number, string>>(false);
});

Deno.test("IsAny, IsNever, IsUnknown and IsNullable recognise their types", () => {
  assertType<IsAny<Anything>>(true);
  assertType<IsAny<unknown>>(false);
  assertType<IsAny<never>>(false);
  assertType<IsNever<never>>(true);
  assertType<IsNever<Anything>>(false);
  assertType<IsUnknown<unknown>>(true);
  assertType<IsUnknown<Anything>>(false);
  assertType<IsUnknown<object>>(false);
  assertType<IsNullable<string | null>>(true);
  assertType<IsNullable<string | undefined>>(true);
  assertType<IsNullable<string>>(false);
});

Deno.test("wrong statements do not compile", () => {
  // @ts-expect-error the types differ
  assertType<IsExact<string, number>>(true);
  // @ts-expect-error the type is not any
  type Wrong = [AssertTrue<IsAny<string>>, never];
  // @ts-expect-error the type is any
  type Wrong2 = [AssertFalse<IsAny<Anything>>, never];
  // @ts-expect-error the result is not the expected one
  type Wrong3 = [Assert<IsNever<string>, true>, never];
  type Right = [AssertTrue<IsAny<Anything>>, AssertFalse<IsAny<1>>, Assert<IsNever<1>, false>];
  assertType<IsExact<Wrong | Wrong2 | Wrong3, [never, never]>>(true);
  assertType<IsExact<Right, [never, never, never]>>(true);
});

Deno.test("assertType does nothing when it runs", () => {
  assertEquals(assertType<IsNever<never>>(true), undefined);
});
