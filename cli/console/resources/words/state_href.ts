import { withQuery } from "./resource_href.ts";

/** Which entries of State are meant; what is missing is asked for. */
export interface StateQuery {
  readonly contract?: string | undefined;
  readonly store?: string | undefined;
  /** A user by name or id, a device or an agent. */
  readonly holder?: string | undefined;
  /** Missing for a store of one value. */
  readonly key?: string | undefined;
  readonly prefix?: string | undefined;
  readonly offset?: number | undefined;
}

/** Where State is shown. */
export function stateHref(query: StateQuery, page: string = ""): string {
  return withQuery(`/resources/state${page === "" ? "" : `/${page}`}`, { ...query });
}
