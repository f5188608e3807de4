import type { ConsumerState } from "../nats/jetstream/consumer_state.ts";

/** Whose turn it is to work on what a consumer has delivered. */
export type BatchTurn =
  /** Nobody else holds anything that comes before what is held here. */
  | "ours"
  /** Another one holds some of it, who has perhaps died: it comes again. */
  | "wait"
  /** Another one asks for messages, too, and each would get a part of them. */
  | "yield";

/**
 * Acknowledging a message acknowledges all before it, so whoever does so must hold, or have held, all of them.
 * What was delivered and not acknowledged are exactly the messages between `ackedSequence` and
 * `deliveredSequence`: as many as are held here means that they are these. What has come since the server
 * was asked does not count.
 *
 * @param held sequences of the messages held here
 * @param asking true while a request of our own waits for messages
 */
export function decideTurn(
  held: Iterable<number>,
  state: Pick<
    ConsumerState,
    "ackedSequence" | "deliveredSequence" | "unacknowledged" | "waiting"
  >,
  asking: boolean,
): BatchTurn {
  let open = 0;
  for (const sequence of held) {
    if (sequence > state.ackedSequence && sequence <= state.deliveredSequence) open++;
  }
  if (open === state.unacknowledged) return "ours";
  return state.waiting > (asking ? 1 : 0) ? "yield" : "wait";
}

/**
 * Whether to begin where others may be at work: they are, when one of them asks for messages, or holds some
 * and goes on.
 *
 * @param before deliveries at an earlier look
 */
export function mayBegin(
  state: Pick<ConsumerState, "waiting" | "unacknowledged" | "deliveries">,
  before: number | undefined,
): boolean {
  return state.waiting === 0 && (state.unacknowledged === 0 || state.deliveries === before);
}
