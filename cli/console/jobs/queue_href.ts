import type { QueueKind } from "../../../contracts/stored/job_names.ts";

/** A queue, as its page names it. */
export interface QueueRef {
  readonly deployment: string;
  readonly kind: QueueKind;
  /** As its contract calls it. */
  readonly name: string;
}

/** Where a queue is, or something of it, as `/jobs/shop/job/sendMail/one?id=…`. */
export function queueHref(
  { deployment, kind, name }: QueueRef,
  what: "" | "one" | "cancel" | "live" | "pause" | "resume" = "",
  query: Readonly<Record<string, string>> = {},
): string {
  const path = `/jobs/${encodeURIComponent(deployment)}/${kind}/${encodeURIComponent(name)}`;
  const search = new URLSearchParams(query).toString();
  return `${path}${what === "" ? "" : `/${what}`}${search === "" ? "" : `?${search}`}`;
}
