import { isRecord } from "../../../contracts/json/json.ts";
import { err, isErr, ok, type Result } from "../../../contracts/result.ts";
import type { KVError } from "../kv_error.ts";
import { API_CODE } from "../../nats/jetstream/api_code.ts";
import { apiError, type KvPlace, linkError, malformedAnswer } from "./kv_failure.ts";
import type { JetStreamRequests, LinkAnswer } from "../../nats/jetstream/jetstream_requests.ts";
import { type KvRecord, recordOfAnswer } from "./stored_revision.ts";

/** How long one request may wait before it is repeated, in milliseconds. */
const ATTEMPT_MS = 2000;
/** Pause before JetStream is asked again when it is not there, in milliseconds. */
const RETRY_PAUSE_MS = 100;

/** What `STREAM.INFO` says of a bucket. */
export interface StreamInfo {
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
  /** Subjects with a message: keys, deleted ones included. */
  readonly subjectCount: number;
  /** Messages kept of each subject. */
  readonly history: number;
  /** True when the newest message of a subject can go and leave an older one. */
  readonly canLoseNewest: boolean;
  /** Milliseconds until a message disappears; 0: never. */
  readonly ttlMs: number;
  /** Most bytes; undefined: no limit. */
  readonly maxBytes: number | undefined;
  /** Copies. */
  readonly replicas: number;
  /** Keys that pass the filter, deleted ones included; 0 unless a filter was given. */
  readonly matching: number;
  /** Those keys, or the first 100,000 of them. */
  readonly keys: readonly string[];
}

/** An answer of JetStream's API: a JSON object. */
export type ApiAnswer = Readonly<Record<string, unknown>>;

/** One position to read a message at. */
export type MessageQuery =
  /** The newest revision of a key. */
  | { readonly last: string }
  /** The first revision of a key from a sequence on. */
  | { readonly next: string; readonly from: number }
  /** Whatever has a sequence. */
  | { readonly at: number };

/**
 * The questions that a bucket's stream is asked. They have no effects, so they are repeated
 * over reconnections until their deadline.
 */
export class BucketStream {
  /** Physical bucket name. */
  readonly bucket: string;
  /** `KV_<bucket>`. */
  readonly name: string;
  /** `$KV.<bucket>.`: what comes before the key in a subject. */
  readonly subjectPrefix: string;
  /** Where requests go. */
  readonly link: JetStreamRequests;
  readonly #getSubject: string;
  readonly #infoSubject: string;

  /** @param bucket without the `KV_` of its stream */
  constructor(link: JetStreamRequests, bucket: string) {
    this.link = link;
    this.bucket = bucket;
    this.name = `KV_${bucket}`;
    this.subjectPrefix = `$KV.${bucket}.`;
    this.#getSubject = `$JS.API.STREAM.MSG.GET.${this.name}`;
    this.#infoSubject = `$JS.API.STREAM.INFO.${this.name}`;
  }

  /** One message, read from the leader; undefined when there is none. */
  async message(
    query: MessageQuery,
    deadline: number,
  ): Promise<Result<KvRecord | undefined, KVError>> {
    const key = "last" in query ? query.last : "next" in query ? query.next : undefined;
    const place = { bucket: this.bucket, doing: "reading", key };
    const body = messageRequest(query, this.subjectPrefix);
    const answer = (await this.ask(this.#getSubject, body, deadline, place)).take();
    if (isErr(answer)) return answer;
    const problem = problemOf(answer);
    if (problem !== undefined) {
      if (problem.code === API_CODE.noMessage) return ok(undefined);
      return err(apiError(problem.code, problem.description, place));
    }
    const record = recordOfAnswer(answer, this.subjectPrefix);
    return record === undefined ? err(malformedAnswer(place)) : ok(record);
  }

  /** The stream's state; with a filter, also the keys that pass it, in no order. */
  async info(
    deadline: number,
    filter?: string,
    offset: number = 0,
  ): Promise<Result<StreamInfo, KVError>> {
    const place = { bucket: this.bucket, doing: "looking up" };
    const body = filter === undefined
      ? ""
      : JSON.stringify({ subjects_filter: `${this.subjectPrefix}${filter}`, offset });
    const answer = (await this.ask(this.#infoSubject, body, deadline, place)).take();
    if (isErr(answer)) return answer;
    const problem = problemOf(answer);
    if (problem !== undefined) return err(apiError(problem.code, problem.description, place));
    const info = streamInfo(answer, this.subjectPrefix.length);
    return info === undefined ? err(malformedAnswer(place)) : ok(info);
  }

  /** All keys that pass a filter, deleted ones included, in no order. */
  async keys(deadline: number, filter: string): Promise<Result<readonly string[], KVError>> {
    const all: string[] = [];
    for (;;) {
      const info = (await this.info(deadline, filter, all.length)).take();
      if (isErr(info)) return info;
      all.push(...info.keys);
      if (info.keys.length === 0 || all.length >= info.matching) return ok(all);
    }
  }

  /** Asks a question without effects until it is answered or the deadline passes. */
  async ask(
    subject: string,
    body: string,
    deadline: number,
    place: KvPlace,
  ): Promise<Result<ApiAnswer, KVError>> {
    for (;;) {
      const attempt = Math.min(deadline, performance.now() + ATTEMPT_MS);
      const answer = await this.link.request(subject, body, attempt);
      if (answer.kind === "answer") return parsed(answer, place);
      if (!mayPass(answer) || performance.now() >= deadline) return err(linkError(answer, place));
      if (answer.kind === "no_responders") await pause(deadline);
    }
  }
}

/** Waits a moment before JetStream is asked again, but not beyond the deadline. */
export function pause(deadline: number): Promise<void> {
  const left = Math.max(0, deadline - performance.now());
  return new Promise((resolve) => setTimeout(resolve, Math.min(RETRY_PAUSE_MS, left)));
}

/** The number and text of an API error; undefined when the answer is none. */
export function problemOf(answer: unknown): { code: number; description: string } | undefined {
  const error = isRecord(answer) ? answer.error : undefined;
  if (!isRecord(error)) return undefined;
  return {
    code: typeof error.err_code === "number" ? error.err_code : 0,
    description: String(error.description ?? "no description"),
  };
}

function messageRequest(query: MessageQuery, subjectPrefix: string): string {
  // Keys and filters are made of characters that mean nothing in JSON.
  if ("last" in query) return `{"last_by_subj":"${subjectPrefix}${query.last}"}`;
  if ("at" in query) return `{"seq":${query.at}}`;
  return `{"seq":${query.from},"next_by_subj":"${subjectPrefix}${query.next}"}`;
}

function mayPass(failure: Exclude<LinkAnswer, { kind: "answer" }>): boolean {
  return failure.kind === "lost" || failure.kind === "timeout" || failure.kind === "no_responders";
}

function parsed(
  answer: Extract<LinkAnswer, { kind: "answer" }>,
  place: KvPlace,
): Result<ApiAnswer, KVError> {
  try {
    const value: unknown = JSON.parse(answer.msg.string());
    if (isRecord(value)) return ok(value);
  } catch {
    // Said below.
  }
  return err(malformedAnswer(place));
}

function streamInfo(answer: ApiAnswer, prefixLength: number): StreamInfo | undefined {
  if (!isRecord(answer.config) || !isRecord(answer.state)) return undefined;
  const { config, state } = answer;
  const subjects = isRecord(state.subjects) ? Object.keys(state.subjects) : [];
  const maxBytes = number(config.max_bytes);
  return {
    created: String(answer.created),
    firstSequence: number(state.first_seq),
    lastSequence: number(state.last_seq),
    messages: number(state.messages),
    bytes: number(state.bytes),
    subjectCount: number(state.num_subjects),
    history: number(config.max_msgs_per_subject),
    canLoseNewest: config.max_msgs_per_subject !== 1 &&
      (config.deny_delete !== true || config.allow_msg_ttl === true),
    // The server counts in nanoseconds.
    ttlMs: Math.round(number(config.max_age) / 1e6),
    maxBytes: maxBytes > 0 ? maxBytes : undefined,
    replicas: number(config.num_replicas),
    // Servers say the total only where they divide the answer into pages.
    matching: Math.max(number(answer.total), subjects.length),
    keys: subjects.map((subject) => subject.slice(prefixLength)),
  };
}

function number(value: unknown): number {
  return typeof value === "number" ? value : 0;
}
