import type { DataPlace } from "../../../program/data_audit.ts";

/** Where a resource is shown: its first page, or another with what that is about. */
export function resourceHref(
  { deployment, kind, alias }: DataPlace,
  page: string = "",
  query: Readonly<Record<string, string | number | undefined>> = {},
): string {
  const path = [deployment, kind, alias].map(encodeURIComponent).join("/");
  return withQuery(`/resources/${path}${page === "" ? "" : `/${page}`}`, query);
}

/** An address with what is given of a query; an empty text is as good as none. */
export function withQuery(
  path: string,
  query: Readonly<Record<string, string | number | undefined>>,
): string {
  const given = Object.entries(query).flatMap(([name, value]) =>
    value === undefined || value === "" || value === 0 ? [] : [[name, String(value)]]
  );
  return given.length === 0 ? path : `${path}?${new URLSearchParams(given)}`;
}
