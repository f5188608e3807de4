import { WORK_KINDS, type WorkKind } from "../../../contracts/stored/work_names.ts";

/** Whose dead letters a page is about. */
export interface LetterPlace {
  readonly deployment: string;
  readonly kind: WorkKind;
  /** The group, the alias of the bucket, the queue or the operation. */
  readonly group: string;
}

/** Where the dead letters of a group are, or something of them, as `/events/shop/mailer/letter?id=…`. */
export function eventHref(
  { deployment, kind, group }: LetterPlace,
  what: "" | "letter" | "retry" | "discard" = "",
  query: Readonly<Record<string, string>> = {},
): string {
  // No name of a group has a dot in it.
  const name = kind === "group" ? group : `${kind}.${group}`;
  const path = `/events/${encodeURIComponent(deployment)}/${encodeURIComponent(name)}`;
  const search = new URLSearchParams(query).toString();
  return `${path}${what === "" ? "" : `/${what}`}${search === "" ? "" : `?${search}`}`;
}

/** Reads what the path of a page says. */
export function letterPlace(deployment: string, name: string): LetterPlace {
  const dot = name.indexOf(".");
  const kind = WORK_KINDS.find((kind) => kind === name.slice(0, Math.max(0, dot)));
  return kind === undefined
    ? { deployment, kind: "group", group: name }
    : { deployment, kind, group: name.slice(dot + 1) };
}
