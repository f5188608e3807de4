import type { JetStreamManager } from "@nats-io/jetstream";
import { orGone } from "../../../runtime/nats/jetstream/library_api_code.ts";
import { NANOS_PER_MS } from "../../../runtime/nats/jetstream/nanos.ts";

/** The server forgets what was made to count after so long. */
const FORGOTTEN_AFTER_MS = 5000;

/** How many messages from a sequence on have these subjects: a consumer that nobody asks knows. */
export async function countEvents(
  manager: JetStreamManager,
  stream: string,
  seq: number,
  filters: readonly string[],
): Promise<number> {
  if (filters.length === 0) return 0;
  const name = `count_${crypto.randomUUID().slice(0, 8)}`;
  const info = await manager.consumers.add(stream, {
    name,
    ack_policy: "none",
    deliver_policy: "by_start_sequence",
    opt_start_seq: seq,
    filter_subjects: [...filters],
    inactive_threshold: FORGOTTEN_AFTER_MS * NANOS_PER_MS,
    mem_storage: true,
  });
  await orGone(manager.consumers.delete(stream, name));
  return info.num_pending;
}
