import type { Static, TArray, TInteger, TObject, TOptional, TSchema } from "@sinclair/typebox";
import * as Type from "@sinclair/typebox";

/** Request of a live offset page: `{ offset?, limit }`; `limit: 0` asks for the count only. */
export const PageRequestSchema: TObject<{ offset: TOptional<TInteger>; limit: TInteger }> = Type
  .Object({
    offset: Type.Optional(Type.Integer({ minimum: 0 })),
    limit: Type.Integer({ minimum: 0 }),
  });

/** Request of a live offset page. */
export type PageRequest = Static<typeof PageRequestSchema>;

/**
 * A page of a live offset listing. `count` is the number of matching rows, not of entries;
 * `nextOffset` is there only when rows remain.
 */
export type PageResponse<T> = {
  entries: T[];
  count: number;
  offset: number;
  limit: number;
  nextOffset?: number;
};

/** The schema of {@link PageResponse} for an entry schema. */
export function PageResponseSchema<T extends TSchema>(entry: T): TObject<{
  entries: TArray<T>;
  count: TInteger;
  offset: TInteger;
  limit: TInteger;
  nextOffset: TOptional<TInteger>;
}> {
  return Type.Object({
    entries: Type.Array(entry),
    count: Type.Integer({ minimum: 0 }),
    offset: Type.Integer({ minimum: 0 }),
    limit: Type.Integer({ minimum: 0 }),
    nextOffset: Type.Optional(Type.Integer({ minimum: 0 })),
  });
}

/** Largest page of a resource listing, and the default bound of the helpers below. */
export const MAX_PAGE_LIMIT = 1000;

/**
 * Applies the default offset and refuses what no page can have.
 *
 * ```ts
 * import { normalizePageQuery } from "@qlever-llc/trellis";
 *
 * normalizePageQuery({ limit: 20 }); // { offset: 0, limit: 20 }
 * ```
 *
 * @param maxLimit largest limit this endpoint allows
 * @throws {RangeError} when limit or offset is not a non-negative integer, or the limit is too
 * large; inside a handler it reaches the caller as a `ValidationError`
 */
export function normalizePageQuery(
  query: { offset?: number; limit: number },
  maxLimit: number = MAX_PAGE_LIMIT,
): { offset: number; limit: number } {
  return {
    offset: bounded("offset", query.offset ?? 0, 0, Number.MAX_SAFE_INTEGER),
    limit: bounded("limit", query.limit, 0, maxLimit),
  };
}

/**
 * Puts a page together from its entries and the total number of matching rows.
 *
 * ```ts
 * import { buildPageResponse } from "@qlever-llc/trellis";
 *
 * buildPageResponse(["a", "b"], 5, { limit: 2 }).nextOffset; // 2
 * ```
 *
 * @throws {RangeError} as {@link normalizePageQuery}
 */
export function buildPageResponse<T>(
  entries: readonly T[],
  totalCount: number,
  query: { offset?: number; limit: number },
  maxLimit?: number,
): PageResponse<T> {
  const { offset, limit } = normalizePageQuery(query, maxLimit);
  const page: PageResponse<T> = {
    entries: entries.slice(0, limit),
    count: totalCount,
    offset,
    limit,
  };
  const next = offset + page.entries.length;
  if (page.entries.length > 0 && next < totalCount) page.nextOffset = next;
  return page;
}

/** A page query out of bounds; thrown in a handler, it reaches the caller as a `ValidationError`. */
export class QueryRangeError extends RangeError {
  /** Told apart from range errors that are bugs. */
  override readonly name = "QueryRangeError";
}

/** Refuses a number that is not an integer within its bounds; the message names it. */
export function bounded(name: string, value: number, minimum: number, maximum: number): number {
  if (Number.isSafeInteger(value) && value >= minimum && value <= maximum) return value;
  throw new QueryRangeError(
    `${name} must be an integer from ${minimum} to ${maximum}, not ${value}`,
  );
}
