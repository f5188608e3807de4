import type {
  Static,
  TArray,
  TInteger,
  TObject,
  TOptional,
  TSchema,
  TString,
} from "@sinclair/typebox";
import * as Type from "@sinclair/typebox";
import { bounded, QueryRangeError } from "./page.ts";

/** Limit of a cursor page when the request names none. */
export const DEFAULT_CURSOR_LIMIT = 100;
/** Largest limit of a cursor page unless the endpoint documents another. */
export const MAX_CURSOR_LIMIT = 500;

/** Request of a cursor page: `{ cursor?, limit? }`; an empty cursor is refused. */
export const CursorQuerySchema: TObject<{
  cursor: TOptional<TString>;
  limit: TOptional<TInteger>;
}> = Type.Object({
  cursor: Type.Optional(Type.String({ minLength: 1 })),
  limit: Type.Optional(Type.Integer({ minimum: 1 })),
});

/** Request of a cursor page. */
export type CursorQuery = Static<typeof CursorQuerySchema>;

/** The `page` member of a cursor page: an opaque position, when another page is available. */
export const CursorPageInfoSchema: TObject<{ nextCursor: TOptional<TString> }> = Type.Object({
  nextCursor: Type.Optional(Type.String({ minLength: 1 })),
});

/** A page of a stable keyset listing. */
export type CursorPage<T> = { items: T[]; page: { nextCursor?: string } };

/** The schema of {@link CursorPage} for an item schema. */
export function CursorPageSchema<T extends TSchema>(
  item: T,
): TObject<{ items: TArray<T>; page: typeof CursorPageInfoSchema }> {
  return Type.Object({ items: Type.Array(item), page: CursorPageInfoSchema });
}

/**
 * Applies the default limit and refuses what no cursor page can have.
 *
 * ```ts
 * import { normalizeCursorQuery } from "@qlever-llc/trellis";
 *
 * normalizeCursorQuery({}); // { limit: 100 }
 * normalizeCursorQuery({ limit: 800 }, { maxLimit: 1000 }); // { limit: 800 }
 * ```
 *
 * @param options the endpoint's own documented bounds
 * @throws {RangeError} when the limit is out of bounds or the cursor is empty; inside a handler it
 * reaches the caller as a `ValidationError`
 */
export function normalizeCursorQuery(
  query: { cursor?: string; limit?: number },
  options: { defaultLimit?: number; maxLimit?: number } = {},
): { cursor?: string; limit: number } {
  const maximum = options.maxLimit ?? MAX_CURSOR_LIMIT;
  const fallback = options.defaultLimit ?? Math.min(DEFAULT_CURSOR_LIMIT, maximum);
  const limit = bounded("limit", query.limit ?? fallback, 1, maximum);
  if (query.cursor === undefined) return { limit };
  if (query.cursor === "") {
    throw new QueryRangeError("cursor must not be empty; leave it out instead");
  }
  return { cursor: query.cursor, limit };
}

/** Puts a cursor page together; without a `nextCursor`, or with an empty one, it is the last. */
export function buildCursorPage<T>(items: readonly T[], nextCursor?: string): CursorPage<T> {
  return { items: [...items], page: nextCursor ? { nextCursor } : {} };
}
