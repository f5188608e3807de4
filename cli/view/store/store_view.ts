import type { PageResponse } from "../../../contracts/schema/page.ts";
import type { StoreInfo, StoreStatus } from "../../../runtime/store/store_types.ts";
import { bytes } from "../../terminal/bytes.ts";
import { duration } from "../../terminal/duration.ts";
import { printable } from "../../terminal/printable.ts";
import { relativeTime } from "../../terminal/relative_time.ts";
import { table } from "../../terminal/table.ts";
import type { Screen } from "../../terminal/terminal.ts";

/** Objects as a table; empty when there are none. */
export function pageText(
  entries: readonly StoreInfo[],
  now: number,
  { columns, style }: Screen,
): string {
  return table(
    entries,
    [
      { heading: "key", cell: ({ key }) => key, whole: true },
      { heading: "size", cell: ({ size }) => bytes(size), align: "right", whole: true },
      { heading: "type", cell: ({ contentType }) => contentType ?? "-" },
      { heading: "stored", cell: ({ updatedAt }) => relativeTime(updatedAt, now), whole: true },
    ],
    columns,
    style,
  );
}

/** Which part of a listing a page is, and how to get the next one. */
export function pageSummary(
  { entries, count, offset, nextOffset }: PageResponse<StoreInfo>,
  prefix: string,
): string {
  const all = `${count} ${count === 1 ? "object" : "objects"}`;
  const which = prefix === "" ? all : `${all} with the prefix ${printable(prefix)}`;
  if (entries.length === count) return which;
  const from = offset === 0 ? "" : `, from number ${offset + 1}`;
  const shown = `${entries.length} of ${which}${from}`;
  return nextOffset === undefined ? shown : `${shown}; --offset ${nextOffset} shows more`;
}

/** An object for a person. */
export function objectText(
  { info, cause }: { readonly info: StoreInfo; readonly cause: string | undefined },
  now: number,
  screen: Screen,
): string {
  const { key, size, contentType, updatedAt, digest, metadata } = info;
  return facts([
    ["key", key],
    ["size", exact(size)],
    ["type", contentType ?? "-"],
    ["stored", `${updatedAt}, ${relativeTime(updatedAt, now)}`],
    ...(cause === undefined ? [] : [["cause", cause] as const]),
    ["digest", digest ?? "-"],
    ...Object.entries(metadata).map(([name, value]) => ["metadata", `${name}=${value}`] as const),
  ], screen);
}

/** What a store holds and allows, for a person. */
export function storeText(name: string, status: StoreStatus, screen: Screen): string {
  const { objects, bytes: used, ttlMs, maxTotalBytes, maxObjectBytes } = status;
  return facts([
    ["store", name],
    ["objects", String(objects)],
    ["used", maxTotalBytes === undefined ? exact(used) : shareOf(used, maxTotalBytes)],
    ["kept", ttlMs === 0 ? "until removed" : `for ${duration(ttlMs)}`],
    ["total", maxTotalBytes === undefined ? "no limit" : `at most ${exact(maxTotalBytes)}`],
    ["object", maxObjectBytes === undefined ? "no limit" : `at most ${exact(maxObjectBytes)}`],
  ], screen);
}

/** Names and values in two columns; values are never cut, because they are copied. */
function facts(rows: readonly (readonly [string, string])[], { style }: Screen): string {
  const width = Math.max(...rows.map(([name]) => name.length));
  return rows.map(([name, value]) => `${style.dim(name.padEnd(width))}  ${printable(value)}`)
    .join("\n");
}

function exact(count: number): string {
  return count < 1024 ? `${count} B` : `${bytes(count)} (${count} B)`;
}

function shareOf(used: number, limit: number): string {
  const percent = Math.floor(used / limit * 100);
  return `${exact(used)}, ${used > 0 && percent === 0 ? "less than 1" : percent} %`;
}
