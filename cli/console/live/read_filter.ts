import type { LiveFilter } from "../../live/live_filter.ts";
import type { LiveItem } from "../../live/live_item.ts";

/** What can be asked for in the address of the page, as it is typed. */
export const FILTER_FIELDS = [
  "kind",
  "deployment",
  "name",
  "by",
  "slower",
  "errors",
  "platform",
] as const;

const KINDS: readonly LiveItem["kind"][] = ["request", "event", "step"];
/** Nobody looks for more. */
const LONGEST = 200;

/** Reads what somebody wants to see; what makes no sense asks for nothing. */
export function readFilter(query: URLSearchParams): LiveFilter {
  const typed = (field: (typeof FILTER_FIELDS)[number]) =>
    query.get(field)?.trim().slice(0, LONGEST) || undefined;
  const kind = KINDS.find((kind) => kind === typed("kind"));
  const [deployment, name, by] = [typed("deployment"), typed("name"), typed("by")];
  const slowerThan = Number(typed("slower") ?? NaN);
  return {
    errors: query.has("errors"),
    platform: query.has("platform"),
    ...(kind === undefined ? {} : { kind }),
    ...(deployment === undefined ? {} : { deployment }),
    ...(name === undefined ? {} : { name }),
    ...(by === undefined ? {} : { by }),
    ...(slowerThan >= 0 ? { slowerThan } : {}),
  };
}

/** The address of a page that shows the same, with other words beside it. */
export function withFilter(
  path: string,
  query: URLSearchParams,
  more: Readonly<Record<string, string>> = {},
): string {
  const kept = new URLSearchParams();
  for (const field of FILTER_FIELDS) {
    const value = query.get(field);
    if (value) kept.set(field, value.slice(0, LONGEST));
  }
  for (const [name, value] of Object.entries(more)) kept.set(name, value);
  return kept.size === 0 ? path : `${path}?${kept}`;
}
