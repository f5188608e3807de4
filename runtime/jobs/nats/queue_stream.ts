import { parsePlace, queueSubjects, slotSubjects } from "../../../contracts/stored/job_names.ts";
import type { QueueBinding } from "../../../contracts/stored/bindings.ts";
import { err, isErr, ok, type Result } from "../../../contracts/result.ts";
import { type ApiFailure, lostRace } from "../../nats/jetstream/api_answer.ts";
import type { JetStreamRequests } from "../../nats/jetstream/jetstream_requests.ts";
import {
  EXPECTED_SEQUENCE_HEADER,
  EXPECTED_SUBJECT_HEADER,
} from "../../nats/jetstream/publish_headers.ts";
import { publishStored } from "../../nats/jetstream/publish_stored.ts";
import type { StoredMessage } from "../../nats/jetstream/stored_message.ts";
import { StreamApi } from "../../nats/jetstream/stream_api.ts";
import {
  entryMessage,
  type PlacedEntry,
  type QueueEntry,
  type QueueOwner,
} from "../queue_entry.ts";

/** What became of an entry that was put into a queue. */
export type Enqueued =
  /** It is stored; `isRepeat`: it was before, under the same id. */
  | { readonly kind: "stored"; readonly sequence: number; readonly isRepeat: boolean }
  /** Another one has its slot, and it was not stored. */
  | { readonly kind: "occupied" };

/** How an entry is put into a queue. */
export interface EnqueueOptions {
  /** Only when nothing else has its slot: nothing that waits, is in work, or is to be tried again. */
  readonly isOnly?: boolean;
  /** Time limit, of `performance.now()`. */
  readonly deadline: number;
  /** Whether it waits for a connection while there is none; true when left out. */
  readonly waits?: boolean;
}

/** Parts of a {@link QueueStream}. */
export interface QueueStreamParts extends QueueOwner {
  readonly requests: JetStreamRequests;
  readonly binding: QueueBinding;
}

/** One queue in its stream: what is put into it, found in it and taken back. */
export class QueueStream {
  readonly owner: QueueOwner;
  readonly binding: QueueBinding;
  readonly #requests: JetStreamRequests;
  readonly #api: StreamApi;

  /** Nothing is asked of the server. */
  constructor({ requests, binding, ...owner }: QueueStreamParts) {
    this.owner = owner;
    this.binding = binding;
    this.#requests = requests;
    this.#api = new StreamApi(requests, binding.stream);
  }

  /** Stores an entry. The same again within two minutes is stored once. */
  async enqueue(
    entry: QueueEntry | PlacedEntry,
    { isOnly = false, deadline, waits = true }: EnqueueOptions,
  ): Promise<Result<Enqueued, ApiFailure>> {
    const message = entryMessage(this.owner, entry, isOnly ? this.#emptySlot(entry.slot) : "");
    const { stream } = this.binding;
    const stored = await publishStored(this.#requests, { ...message, stream }, deadline, waits);
    if (stored.isOk()) {
      const { sequence, isRepeat } = stored.value;
      return ok({ kind: "stored", sequence, isRepeat });
    }
    const failure: ApiFailure = stored.isErr() ? stored.error : { kind: "malformed" };
    return isOnly && lostRace(failure) ? ok({ kind: "occupied" }) : err(failure);
  }

  /** The newest message in a slot, in whatever state; undefined when there is none. */
  find(slot: string, deadline: number): Promise<Result<StoredMessage | undefined, ApiFailure>> {
    return this.#api.message(
      { last: slotSubjects(this.owner.deployment, { ...this.owner, slot }) },
      deadline,
    );
  }

  /**
   * The messages of the queue from the oldest on, with those that wait for their time, and without schedules.
   * Leaving the loop asks for no more.
   */
  async *messages(deadline: number): AsyncGenerator<Result<StoredMessage, ApiFailure>> {
    const { deployment, kind, queue } = this.owner;
    const all = queueSubjects(deployment, kind, queue);
    for (let from = 1;;) {
      const found = (await this.#api.message({ next: all, from }, deadline)).take();
      if (isErr(found)) yield found;
      if (isErr(found) || found === undefined) return;
      if (parsePlace(found.subject) !== undefined) yield ok(found);
      from = found.sequence + 1;
    }
  }

  /** Removes a message; false when it was gone before. */
  async remove(sequence: number, deadline: number): Promise<Result<boolean, ApiFailure>> {
    const subject = `$JS.API.STREAM.MSG.DELETE.${this.binding.stream}`;
    const body = JSON.stringify({ seq: sequence, no_erase: true });
    const answer = (await this.#api.ask(subject, body, deadline)).take();
    if (!isErr(answer)) return ok(true);
    return answer.error.kind === "refused" && GONE.includes(answer.error.code) ? ok(false) : answer;
  }

  /** The expectation that nothing has a slot. */
  #emptySlot(slot: string): string {
    const { deployment, kind, queue } = this.owner;
    const wide = this.binding.wideExpectations === true
      ? `${EXPECTED_SUBJECT_HEADER}: ${slotSubjects(deployment, { kind, queue, slot })}\r\n`
      : "";
    return `${EXPECTED_SEQUENCE_HEADER}: 0\r\n${wide}`;
  }
}

/** Numbers of the API errors that say that there is no such message. */
const GONE: readonly number[] = [10037, 10043, 10057];
