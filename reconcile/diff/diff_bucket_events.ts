import { appendPointer } from "../../contracts/json/json_pointer.ts";
import type { KvNeed } from "../needs/need_types.ts";
import { type Report, same } from "./diff_report.ts";

/** Compares how a KV bucket carries events: those that are committed with values, and those of its changes. */
export function diffBucketEvents(
  from: Pick<KvNeed, "outbox" | "changes">,
  to: Pick<KvNeed, "outbox" | "changes">,
  path: string,
  report: Report,
): void {
  const outbox = appendPointer(path, "outbox");
  if (!from.outbox && to.outbox) report("kv.outbox.added", outbox, { after: true });
  if (from.outbox && !to.outbox) report("kv.outbox.removed", outbox, { before: true });
  const changes = appendPointer(path, "changes");
  if (same(from.changes, to.changes)) return;
  const [before, after] = [from, to].map(({ changes }) => changes && { ...changes });
  if (before === undefined) report("kv.changes.added", changes, { after });
  else if (after === undefined) report("kv.changes.removed", changes, { before });
  else report("kv.changes.changed", changes, { before, after });
}
