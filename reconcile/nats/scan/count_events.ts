import type { JetStreamManager } from "@nats-io/jetstream";
import { API_CODE } from "../../../runtime/nats/jetstream/api_code.ts";
import { apiCode } from "../../../runtime/nats/jetstream/library_api_code.ts";
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

/** The answer to a question; undefined when what was asked about is not there. */
export async function orGone<T>(request: Promise<T>): Promise<T | undefined> {
  try {
    return await request;
  } catch (error) {
    const code = apiCode(error);
    const isGone = code === API_CODE.streamNotFound || code === API_CODE.consumerNotFound ||
      code === API_CODE.noMessage;
    if (isGone) return undefined;
    throw error;
  }
}
