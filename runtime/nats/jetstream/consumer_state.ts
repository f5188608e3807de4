import { isRecord } from "../../../contracts/json/json.ts";
import { STREAM_CREATED_METADATA } from "../../../contracts/stored/work_names.ts";
import type { ApiAnswer } from "./api_answer.ts";

/** What `CONSUMER.INFO` says of a durable consumer. */
export interface ConsumerState {
  /** When it was made: one of the same name may have been there before. */
  readonly created: string;
  /** When its stream was made, as whoever has made the consumer says; undefined: that does not. */
  readonly streamCreated: string | undefined;
  /** The subjects that it takes; none: all of its stream. */
  readonly filters: readonly string[];
  /** Everything up to this sequence of the stream is acknowledged. */
  readonly ackedSequence: number;
  /** The last sequence of the stream that was delivered. */
  readonly deliveredSequence: number;
  /** Deliveries so far, repeated ones included. */
  readonly deliveries: number;
  /** Messages that were delivered and not acknowledged. */
  readonly unacknowledged: number;
  /** Requests for messages that wait. */
  readonly waiting: number;
  /** Messages that were not delivered yet. */
  readonly pending: number;
}

/** Reads an answer to `CONSUMER.INFO`; undefined when it is none. */
export function readConsumerState(answer: ApiAnswer): ConsumerState | undefined {
  const { ack_floor: acked, delivered } = answer;
  if (!isRecord(acked) || !isRecord(delivered)) return undefined;
  const config = isRecord(answer.config) ? answer.config : {};
  const { metadata } = config;
  const filters = config.filter_subjects ?? [config.filter_subject];
  const streamCreated = isRecord(metadata) ? metadata[STREAM_CREATED_METADATA] : undefined;
  return {
    created: String(answer.created),
    streamCreated: typeof streamCreated === "string" ? streamCreated : undefined,
    filters: Array.isArray(filters)
      ? filters.filter((filter) => typeof filter === "string" && filter !== "")
      : [],
    ackedSequence: numberOf(acked.stream_seq),
    deliveredSequence: numberOf(delivered.stream_seq),
    deliveries: numberOf(delivered.consumer_seq),
    unacknowledged: numberOf(answer.num_ack_pending),
    waiting: numberOf(answer.num_waiting),
    pending: numberOf(answer.num_pending),
  };
}

function numberOf(value: unknown): number {
  return typeof value === "number" ? value : 0;
}
