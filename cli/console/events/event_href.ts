/** Where the dead letters of a group are, or something of them, as `/events/shop/mailer/letter?id=…`. */
export function eventHref(
  { deployment, group }: { readonly deployment: string; readonly group: string },
  what: "" | "letter" | "retry" | "discard" = "",
  query: Readonly<Record<string, string>> = {},
): string {
  const path = `/events/${encodeURIComponent(deployment)}/${encodeURIComponent(group)}`;
  const search = new URLSearchParams(query).toString();
  return `${path}${what === "" ? "" : `/${what}`}${search === "" ? "" : `?${search}`}`;
}
