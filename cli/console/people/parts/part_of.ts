import type { PageResponse } from "../../../../contracts/schema/page.ts";

/** Rows of one page. */
const PAGE = 50;

/** The part of a list that begins at an offset; the last part where the list is shorter. */
export function partOf<Row>(rows: readonly Row[], wanted: number): PageResponse<Row> {
  const offset = wanted < rows.length ? wanted : Math.max(0, rows.length - 1);
  const start = offset - offset % PAGE;
  const end = start + PAGE;
  return {
    entries: rows.slice(start, end),
    count: rows.length,
    offset: start,
    limit: PAGE,
    ...(end < rows.length ? { nextOffset: end } : {}),
  };
}

/** Where the part of a list begins that was looked for. */
export function listHref(
  path: string,
  query: string | Readonly<Record<string, string>>,
): (offset: number) => string {
  return (offset) => {
    const asked = typeof query === "string" ? { q: query } : query;
    const words = Object.entries(asked).filter(([, value]) => value !== "");
    const search = new URLSearchParams(offset === 0 ? words : [...words, ["offset", `${offset}`]]);
    return search.size === 0 ? path : `${path}?${search}`;
  };
}
