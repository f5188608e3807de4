import { indexBucket, objectStream } from "../../../contracts/stored/store_names.ts";
import { isRecord } from "../../../contracts/json/json.ts";
import { err, isErr, ok, type Result } from "../../../contracts/result.ts";
import type { StoreError } from "../store_error.ts";
import { fromKv, type StorePlace } from "../store_failure.ts";
import { API_CODE } from "../../nats/jetstream/api_code.ts";
import { apiError, malformedAnswer } from "../../kv/nats/kv_failure.ts";
import type { JetStreamRequests } from "../../nats/jetstream/jetstream_requests.ts";
import { type KvRecord, recordOfAnswer } from "../../kv/nats/stored_revision.ts";
import { type ApiAnswer, BucketStream, problemOf } from "../../kv/nats/bucket_stream.ts";

/**
 * The questions that the stream of a store's objects is asked. They have no effects, so they are
 * repeated over reconnections until their deadline (of `performance.now()`).
 */
export class ObjectStream {
  /** Physical name of the store. */
  readonly store: string;
  /** `OBJ_<store>`. */
  readonly name: string;
  /** Where requests go. */
  readonly link: JetStreamRequests;
  /** The stream of the index; questions to JetStream's API go the same way for both. */
  readonly index: BucketStream;

  /** @param store physical name */
  constructor(link: JetStreamRequests, store: string) {
    this.link = link;
    this.store = store;
    this.name = objectStream(store);
    this.index = new BucketStream(link, indexBucket(store));
  }

  /** Bytes that the stream uses, and the messages under one subject where one is given. */
  async info(
    deadline: number,
    place: StorePlace,
    subject?: string,
  ): Promise<Result<{ readonly bytes: number; readonly messages: number }, StoreError>> {
    const body = subject === undefined ? "" : JSON.stringify({ subjects_filter: subject });
    const api = `$JS.API.STREAM.INFO.${this.name}`;
    const answer = (await this.ask(api, body, deadline, place)).take();
    if (isErr(answer)) return answer;
    const problem = this.#problem(answer, place);
    if (problem !== undefined) return err(problem);
    const state = isRecord(answer.state) ? answer.state : {};
    const subjects = isRecord(state.subjects) ? state.subjects : {};
    return ok({ bytes: Number(state.bytes ?? 0), messages: Number(subjects[subject ?? ""] ?? 0) });
  }

  /** The newest message of a subject, from the leader; undefined when there is none. */
  async last(
    subject: string,
    deadline: number,
    place: StorePlace,
  ): Promise<Result<KvRecord | undefined, StoreError>> {
    const api = `$JS.API.STREAM.MSG.GET.${this.name}`;
    const body = JSON.stringify({ last_by_subj: subject });
    const answer = (await this.ask(api, body, deadline, place)).take();
    if (isErr(answer)) return answer;
    if (problemOf(answer)?.code === API_CODE.noMessage) return ok(undefined);
    const problem = this.#problem(answer, place);
    if (problem !== undefined) return err(problem);
    const record = recordOfAnswer(answer, "");
    return record === undefined ? err(fromKv(malformedAnswer(this.#bucket()), place)) : ok(record);
  }

  /** Asks JetStream's API. */
  async ask(
    api: string,
    body: string,
    deadline: number,
    place: StorePlace,
  ): Promise<Result<ApiAnswer, StoreError>> {
    const answer = await this.index.ask(api, body, deadline, this.#bucket());
    return answer.mapErr((error) => fromKv(error, place));
  }

  /** What JetStream refuses, as the store's error; undefined when it does not. */
  #problem(answer: unknown, place: StorePlace): StoreError | undefined {
    const problem = problemOf(answer);
    return problem === undefined ? undefined : this.refused(problem, place);
  }

  /** A refusal of JetStream as the store's error. */
  refused(problem: { code: number; description: string }, place: StorePlace): StoreError {
    return fromKv(apiError(problem.code, problem.description, this.#bucket()), place);
  }

  #bucket() {
    return { bucket: this.store, doing: "using" };
  }
}
