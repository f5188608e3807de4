import type { WorkStreamState } from "../resources/work_streams.ts";

/**
 * Whether a stream stays when nothing is declared for it any more: dead letters and records do, which expire by
 * themselves, and so does what still waits in queues.
 */
export function isKept({ owner, messages }: Pick<WorkStreamState, "owner" | "messages">): boolean {
  const kind = owner?.kind;
  return kind === "dead" || kind === "records" || (kind === "jobs" && messages > 0);
}
