import { isRecord } from "../../../contracts/json/json.ts";
import type { ApiAnswer } from "./api_answer.ts";
import { NANOS_PER_MS } from "./nanos.ts";

/** After so many milliseconds a server that was not heard of may be out of reach. */
const SILENT_MS = 2500;

/** What `STREAM.INFO` says of a stream. */
export interface StreamInfo {
  /** When this was said, by the clock of the server, in milliseconds since 1970; NaN: not known. */
  readonly at: number;
  /** When the stream was made; another value means another stream. */
  readonly created: string;
  /** Oldest sequence that is still there. */
  readonly firstSequence: number;
  /** Newest sequence that was ever given. */
  readonly lastSequence: number;
  /** Stored messages. */
  readonly messages: number;
  /** Bytes used. */
  readonly bytes: number;
  /** Subjects with a message. */
  readonly subjectCount: number;
  /** Messages kept of each subject. */
  readonly history: number;
  /** True when the newest message of a subject can go and leave an older one. */
  readonly canLoseNewest: boolean;
  /** Milliseconds until a message disappears; 0: never. */
  readonly ttlMs: number;
  /** Most messages; undefined: no limit. */
  readonly maxMessages: number | undefined;
  /** Most bytes; undefined: no limit. */
  readonly maxBytes: number | undefined;
  /** Most bytes of one message with its headers; undefined: no limit. */
  readonly maxMessageBytes: number | undefined;
  /** True where several messages are stored together, or none of them. */
  readonly takesBatches: boolean;
  /** True where messages may have a time to live of their own. */
  readonly takesTtls: boolean;
  /** Copies. */
  readonly replicas: number;
  /** True where its leader has not heard of most of the others for seconds: they may have another one, and know more. */
  readonly isAlone: boolean;
  /** Subjects that pass the filter; 0 unless a filter was given. */
  readonly matching: number;
  /** Messages of each of those subjects, or of the first 100,000 of them. */
  readonly subjects: Readonly<Record<string, number>>;
}

/** Reads an answer to `STREAM.INFO`; undefined when it is none. */
export function readStreamInfo(answer: ApiAnswer): StreamInfo | undefined {
  if (!isRecord(answer.config) || !isRecord(answer.state)) return undefined;
  const { config, state } = answer;
  const subjects = isRecord(state.subjects) ? state.subjects : {};
  const maxBytes = numberOf(config.max_bytes);
  const maxMessages = numberOf(config.max_msgs);
  const maxMessageBytes = numberOf(config.max_msg_size);
  return {
    at: Date.parse(String(answer.ts)),
    created: String(answer.created),
    firstSequence: numberOf(state.first_seq),
    lastSequence: numberOf(state.last_seq),
    messages: numberOf(state.messages),
    bytes: numberOf(state.bytes),
    subjectCount: numberOf(state.num_subjects),
    history: numberOf(config.max_msgs_per_subject),
    canLoseNewest: config.max_msgs_per_subject !== 1 &&
      (config.deny_delete !== true || config.allow_msg_ttl === true),
    ttlMs: Math.round(numberOf(config.max_age) / NANOS_PER_MS),
    maxMessages: maxMessages > 0 ? maxMessages : undefined,
    maxBytes: maxBytes > 0 ? maxBytes : undefined,
    maxMessageBytes: maxMessageBytes > 0 ? maxMessageBytes : undefined,
    // Servers that know nothing of it drop the setting.
    takesBatches: config.allow_atomic === true,
    takesTtls: config.allow_msg_ttl === true,
    replicas: numberOf(config.num_replicas),
    isAlone: isAlone(answer.cluster),
    // Servers say the total only where they divide the answer into pages.
    matching: Math.max(numberOf(answer.total), Object.keys(subjects).length),
    // The server counts the messages of each subject.
    subjects: subjects as Readonly<Record<string, number>>,
  };
}

/** Servers of a stream hear of each other every second. */
function isAlone(cluster: unknown): boolean {
  const others = isRecord(cluster) && Array.isArray(cluster.replicas) ? cluster.replicas : [];
  const heard = others.filter((other) => {
    return isRecord(other) && numberOf(other.active) < SILENT_MS * NANOS_PER_MS;
  });
  return others.length > 0 && 2 * (heard.length + 1) <= others.length + 1;
}

function numberOf(value: unknown): number {
  return typeof value === "number" ? value : 0;
}
