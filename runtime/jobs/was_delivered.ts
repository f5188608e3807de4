import { letsThrough } from "../../contracts/stored/event_filter.ts";
import { isHeldFilter } from "../../contracts/stored/job_names.ts";
import type { ConsumerState } from "../nats/jetstream/consumer_state.ts";

/**
 * Whether a message of a queue may have been given to a worker, by its durable consumers; undefined when they do not
 * tell. While a queue moves, the consumers of before are held, and which messages were theirs is not known any more.
 */
export function wasDelivered(
  { subject, sequence }: { readonly subject: string; readonly sequence: number },
  consumers: readonly Pick<ConsumerState, "filters" | "deliveredSequence">[],
): boolean | undefined {
  const asked = consumers.filter(({ filters }) =>
    letsThrough(filters, subject) || filters.every(isHeldFilter)
  );
  if (asked.length === 0) return undefined;
  return asked.some(({ deliveredSequence }) => deliveredSequence >= sequence);
}
