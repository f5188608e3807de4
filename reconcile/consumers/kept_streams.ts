import type { WorkStreamState } from "../resources/work_streams.ts";

/** Streams that stay for as long as something is in them. */
const UNTIL_EMPTY: readonly (string | undefined)[] = ["jobs", "transfer"];

/**
 * Whether a stream stays when nothing is declared for it any more: dead letters and records do, which expire by
 * themselves, and so does what still waits in queues, and files on their way, which expire too.
 */
export function isKept({ owner, messages }: Pick<WorkStreamState, "owner" | "messages">): boolean {
  const kind = owner?.kind;
  return kind === "dead" || kind === "records" || (UNTIL_EMPTY.includes(kind) && messages > 0);
}
