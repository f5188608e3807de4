import type { JetStreamManager, StoredMsg, StreamInfo } from "@nats-io/jetstream";
import { serverHas } from "../../../runtime/nats/features/server_features.ts";
import type { NatsConnection } from "@nats-io/nats-core";
import { AUTHORITY_BUCKET } from "../../../contracts/stored/authority_records.ts";
import { API_CODE } from "../../../runtime/nats/jetstream/api_code.ts";
import { apiCode } from "../../../runtime/nats/jetstream/library_api_code.ts";
import { inParallel } from "../../authority/in_parallel.ts";
import { streamName } from "../buckets/kv_streams.ts";
import { keyOf, subjectOf } from "./authority_keys.ts";
import { isTombstone } from "./stored_message.ts";

const STREAM = streamName(AUTHORITY_BUCKET);
/** Subjects asked for in one batched read. The server allows 1024; reading those takes long enough to be noticed. */
const BATCH = 200;
/** Single reads under way at once. */
const IN_FLIGHT = 32;

/** Reads the messages behind the keys of authority. */
export class RecordReader {
  readonly #manager: JetStreamManager;
  readonly #isBatched: boolean;

  /** @param connection that the manager is on */
  constructor(manager: JetStreamManager, connection: Pick<NatsConnection, "info">) {
    this.#manager = manager;
    this.#isBatched = serverHas(connection.info?.version, "batchedReads");
  }

  /** What is stored under a key, from the leader, unless it was deleted. */
  async last(key: string): Promise<StoredMsg | undefined> {
    const message = await this.message(key);
    return message === undefined || isTombstone(message) ? undefined : message;
  }

  /** The same, the marker of a deletion included. */
  async message(key: string): Promise<StoredMsg | undefined> {
    try {
      return await this.#manager.streams.getMessage(STREAM, { last_by_subj: subjectOf(key) }) ??
        undefined;
    } catch (error) {
      if (apiCode(error) === API_CODE.noMessage) return undefined;
      throw error;
    }
  }

  /** The subjects of keys that match. */
  async subjects(filter: string): Promise<readonly string[]> {
    return subjectsOf(await this.#info(filter));
  }

  /** What is stored under all keys that match. All that was stored before is among it. */
  async allLast(filter: string): Promise<readonly StoredMsg[]> {
    const found: StoredMsg[] = [];
    for await (const batch of this.batches(filter)) found.push(...batch);
    return found;
  }

  /** The same, many at once and never all: whoever has read some lets others do something before the next. */
  async *batches(filter: string): AsyncIterable<readonly StoredMsg[]> {
    const info = await this.#info(filter);
    const subjects = subjectsOf(info);
    const isReplicated = info.config.num_replicas > 1;
    const newest = isReplicated && subjects.length > 0 ? await this.message(filter) : undefined;
    const isBatched = this.#isBatched && (!isReplicated || newest !== undefined);
    for (let start = 0; start < subjects.length; start += BATCH) {
      const wanted = subjects.slice(start, start + BATCH);
      const found = isBatched ? await this.#batch(wanted, newest) : await this.#oneByOne(wanted);
      yield found.filter((message) => !isTombstone(message));
    }
  }

  #info(filter: string): Promise<StreamInfo> {
    return this.#manager.streams.info(STREAM, { subjects_filter: subjectOf(filter) });
  }

  /** Any replica may answer. One that has the leader's newest message has all before it; another is not believed. */
  async #batch(
    wanted: readonly string[],
    newest: StoredMsg | undefined,
  ): Promise<readonly StoredMsg[]> {
    const multi_last = newest === undefined
      ? [...wanted]
      : [...new Set([...wanted, newest.subject])];
    const batch: StoredMsg[] = [];
    const answers = await this.#manager.direct.getLastMessagesFor(STREAM, { multi_last });
    for await (const message of answers) batch.push(message);
    const isFresh = newest === undefined ||
      batch.some(({ subject, seq }) => subject === newest.subject && seq >= newest.seq);
    if (!isFresh) return await this.#oneByOne(wanted);
    const asked = new Set(wanted);
    return batch.filter(({ subject }) => asked.has(subject));
  }

  /** From the leader. */
  async #oneByOne(subjects: readonly string[]): Promise<readonly StoredMsg[]> {
    const found = await inParallel(subjects, IN_FLIGHT, (subject) => this.message(keyOf(subject)));
    return found.filter((message) => message !== undefined);
  }
}

function subjectsOf({ state }: StreamInfo): readonly string[] {
  return Object.keys(state.subjects ?? {});
}
