/** @jsxRuntime automatic */
/** @jsxImportSource preact */
import type { VNode } from "preact";
import type { PageResponse } from "../../../contracts/schema/page.ts";

/** Which part of a list is shown, and the ways to the parts before and behind it. */
export function Pager(
  { page: { entries, count, offset, limit, nextOffset }, noun, hrefOf }: {
    readonly page:
      & Pick<
        PageResponse<unknown>,
        "count" | "offset" | "limit" | "nextOffset"
      >
      & { readonly entries: readonly unknown[] };
    /** What is listed, one and several of it: `["key", "keys"]`. */
    readonly noun: readonly [one: string, many: string];
    /** Where the part is that begins there. */
    readonly hrefOf: (offset: number) => string;
  },
): VNode {
  const all = `${count.toLocaleString("en")} ${count === 1 ? noun[0] : noun[1]}`;
  const isWhole = offset === 0 && nextOffset === undefined;
  const first = (offset + 1).toLocaleString("en");
  const last = (offset + entries.length).toLocaleString("en");
  return (
    <nav class="pages" aria-label="Parts of the list">
      <span>{isWhole || entries.length === 0 ? all : `${first} to ${last} of ${all}`}</span>
      {offset > 0 && <a rel="prev" href={hrefOf(Math.max(0, offset - limit))}>Previous</a>}
      {nextOffset !== undefined && <a rel="next" href={hrefOf(nextOffset)}>Next</a>}
    </nav>
  );
}

/** Where in a list a page is asked to begin: what is no number is the beginning. */
export function offsetOf(text: string | undefined): number {
  const offset = Number(text);
  return Number.isSafeInteger(offset) && offset > 0 ? offset : 0;
}
