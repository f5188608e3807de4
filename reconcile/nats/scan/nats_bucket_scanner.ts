import type { JetStreamManager, StreamInfo } from "@nats-io/jetstream";
import type { NatsConnection } from "@nats-io/nats-core";
import { EVENT_STREAM } from "../../../contracts/stored/event_stream.ts";
import { outboxPrefix } from "../../../contracts/stored/outbox.ts";
import { STATE_BUCKET } from "../../../contracts/stored/state_key.ts";
import { indexStream, objectStream } from "../../../contracts/stored/store_names.ts";
import { err, isErr, ok, type Result } from "../../../contracts/result.ts";
import type { Impact, ImpactQuestion } from "../../changes/impact.ts";
import { ImpactTally, needsValues } from "../../impact/impact_tally.ts";
import type { BucketFailure } from "../../resources/buckets.ts";
import {
  type BucketScanner,
  type EventTarget,
  type GroupTarget,
  type ScanOptions,
  type StateTarget,
  targetName,
} from "../../impact/bucket_scanner.ts";
import type { QueueTarget } from "../../impact/queue_target.ts";
import type { ProjectionTarget } from "../../impact/projection_target.ts";
import type { TransferTarget } from "../../impact/transfer_target.ts";
import type { ScannedRevision } from "../../impact/scanned_revision.ts";
import { streamName } from "../buckets/kv_streams.ts";
import { API_CODE } from "../../../runtime/nats/jetstream/api_code.ts";
import { apiCode } from "../../../runtime/nats/jetstream/library_api_code.ts";
import type { ScannedMessage } from "./scanned_message.ts";
import { stateReader, stateSubjects } from "./state_reader.ts";
import { entryReader, foreignFilter, foreignReader, withReadTime } from "./store_readers.ts";
import { eventBacklog, eventRevision } from "./event_backlog.ts";
import { groupBacklog } from "./group_backlog.ts";
import { queueBacklog } from "./queue_backlog.ts";
import { projectionCost } from "./projection_cost.ts";
import { comingFiles } from "./coming_files.ts";
import { aborted, interrupted, scanFailure } from "./scan_failure.ts";
import { readStreamOnce, SILENCE_MS, type StreamReadingFailure } from "./read_stream_once.ts";

const TIME_LIMIT_MS = 10_000;

/** What a scan reads. */
interface ScanSource {
  /** As `bucket orders`. */
  readonly what: string;
  readonly name: string;
  readonly info: StreamInfo;
  /** Subjects that are read; all when left out. */
  readonly filter?: string;
  /** Whether the bodies of messages are needed. */
  readonly data: boolean;
  /** Set for a store: what it takes on the server, in bytes. */
  readonly usedBytes?: number;
  /** Set for entries of state: the name of the state store. */
  readonly stateStore?: string;
  /** Set for events. */
  readonly isEvent?: true;
  revisionOf(message: ScannedMessage): ScannedRevision | undefined;
}

/**
 * Scans buckets and stores on a NATS server. A scan reads what was there when it began: later writes are
 * not in it, and what they replaced before the scan came to it makes it incomplete. Values are fetched
 * only for questions about a schema. Memory: one batch of 4 MiB or one value, whichever is larger, and
 * what the questions remember of each key, which is nothing where a key has one revision.
 *
 * ```ts ignore
 * const scanner = new NatsBucketScanner(connection, await managerOf(connection));
 * const scanned = await scanner.scan("orders", [{ kind: "ttl", ttlMs: 60_000 }]);
 * ```
 */
export class NatsBucketScanner implements BucketScanner {
  readonly #connection: NatsConnection;
  readonly #manager: JetStreamManager;
  readonly #forgottenAfterMs: number | undefined;

  /**
   * @param manager of the connection, which may read streams and make consumers
   * @param settings `forgottenAfterMs`: the server forgets an abandoned scan after so long
   */
  constructor(
    connection: NatsConnection,
    manager: JetStreamManager,
    settings: { readonly forgottenAfterMs?: number } = {},
  ) {
    this.#connection = connection;
    this.#manager = manager;
    this.#forgottenAfterMs = settings.forgottenAfterMs;
  }

  /**
   * Answers all questions about a bucket in one pass; none about a bucket that is not there. Fails with
   * `aborted`, `bucket_gone` and `scan_interrupted` (the bucket or the consumer was deleted in the
   * middle of it), and as the server fails.
   */
  async scan(
    bucket: string,
    questions: readonly ImpactQuestion[],
    options: ScanOptions = {},
  ): Promise<Result<readonly Impact[], BucketFailure>> {
    const deadline = performance.now() + (options.timeLimitMs ?? TIME_LIMIT_MS);
    const what = `bucket ${bucket}`;
    if (options.signal?.aborted) return err(aborted(what));
    const info = (await this.#info(streamName(bucket), what)).take();
    if (isErr(info)) return info;
    if (info === undefined) return ok([]);
    const [prefix, events] = [`$KV.${bucket}.`, outboxPrefix(bucket)];
    const source: ScanSource = {
      what,
      name: bucket,
      info,
      data: needsValues(questions),
      revisionOf: ({ subject, writtenAt, bytes, marker, data }) => {
        const key = subject.startsWith(prefix) ? subject.slice(prefix.length) : subject;
        const revision = { key, writtenAt, bytes, marker, value: data };
        if (!subject.startsWith(events)) return revision;
        return { ...revision, key: subject.slice(events.length), isEvent: true };
      },
    };
    return await this.#scan(source, questions, deadline, options);
  }

  /**
   * Answers all questions about a store, from its index; where there is none, as in an object store of
   * another tool, from the descriptions of the objects. Fails as {@link scan} does.
   */
  async scanStore(
    store: string,
    questions: readonly ImpactQuestion[],
    options: ScanOptions = {},
  ): Promise<Result<readonly Impact[], BucketFailure>> {
    const deadline = performance.now() + (options.timeLimitMs ?? TIME_LIMIT_MS);
    const what = `store ${store}`;
    if (options.signal?.aborted) return err(aborted(what));
    const objects = (await this.#info(objectStream(store), what)).take();
    if (isErr(objects)) return objects;
    const index = (await this.#info(indexStream(store), what)).take();
    if (isErr(index)) return index;
    const of = { what, name: store, data: true, usedBytes: objects?.state.bytes ?? 0 };
    if (index !== undefined) {
      const source = { ...of, info: index, revisionOf: entryReader(store) };
      return await this.#scan(source, questions, deadline, options);
    }
    if (objects === undefined) return ok([]);
    const source = {
      ...of,
      info: objects,
      filter: foreignFilter(store),
      revisionOf: foreignReader(store),
    };
    return await this.#scan(source, questions.map(withReadTime), deadline, options);
  }

  /** Answers all questions about the entries of a state store. Fails as {@link scan} does. */
  async scanState(
    target: Omit<StateTarget, "kind">,
    questions: readonly ImpactQuestion[],
    options: ScanOptions = {},
  ): Promise<Result<readonly Impact[], BucketFailure>> {
    const deadline = performance.now() + (options.timeLimitMs ?? TIME_LIMIT_MS);
    const { store } = target;
    const what = targetName({ kind: "state", ...target });
    if (options.signal?.aborted) return err(aborted(what));
    const info = (await this.#info(streamName(STATE_BUCKET), what)).take();
    if (isErr(info)) return info;
    if (info === undefined) return ok([]);
    const source: ScanSource = {
      what,
      name: STATE_BUCKET,
      info,
      filter: stateSubjects(target),
      data: true,
      stateStore: store,
      revisionOf: stateReader(target),
    };
    return await this.#scan(source, questions, deadline, options);
  }

  /**
   * Answers all questions about the stored events of one name, and about those that each group has not settled.
   * Fails as {@link scan} does.
   */
  async scanEvent(
    target: Omit<EventTarget, "kind">,
    questions: readonly ImpactQuestion[],
    options: ScanOptions = {},
  ): Promise<Result<readonly Impact[], BucketFailure>> {
    const deadline = performance.now() + (options.timeLimitMs ?? TIME_LIMIT_MS);
    const { name, filter } = target;
    const what = targetName({ kind: "event", ...target });
    if (options.signal?.aborted) return err(aborted(what));
    const info = (await this.#info(EVENT_STREAM, what)).take();
    if (isErr(info)) return info;
    if (info === undefined) return ok([]);
    const of = { what, name, info, filter, data: true, isEvent: true } as const;
    const source: ScanSource = { ...of, revisionOf: eventRevision };
    const stored = (await this.#scan(source, questions, deadline, options)).take();
    if (isErr(stored)) return stored;
    const backlog = await this.#try(
      what,
      () =>
        eventBacklog(this.#connection, this.#manager, target, questions, {
          deadline,
          forgottenAfterMs: this.#forgottenAfterMs,
          signal: options.signal,
        }),
    );
    return backlog.map(({ pending, complete }) =>
      stored.map((impact, at) => ({
        ...impact,
        complete: impact.complete && complete,
        pending: pending[at] ?? [],
      }))
    );
  }

  async #scan(
    source: ScanSource,
    questions: readonly ImpactQuestion[],
    deadline: number,
    options: ScanOptions,
  ): Promise<Result<readonly Impact[], BucketFailure>> {
    const { name, info, filter, data, usedBytes, stateStore, isEvent, revisionOf } = source;
    const { config, state } = info;
    const tally = new ImpactTally(questions, {
      bucket: name,
      at: info.ts === undefined ? Date.now() : Date.parse(info.ts),
      // Of an object there is one description, and the limit is for its chunks.
      history: filter === undefined ? config.max_msgs_per_subject : 1,
      ...(usedBytes === undefined ? {} : { usedBytes }),
      ...(stateStore === undefined ? {} : { stateStore }),
      ...(isEvent === undefined ? {} : { isEvent }),
    });
    if (state.messages === 0) return ok(tally.impacts(true));
    if (performance.now() >= deadline) return ok(tally.impacts(false));
    const tick = () => options.progress?.(tally.scanned, state.messages);
    const passed = await readStreamOnce(this.#connection, this.#manager, {
      stream: config.name,
      ...(filter === undefined ? {} : { filter }),
      through: state.last_seq,
      data,
      deadline,
      forgottenAfterMs: this.#forgottenAfterMs,
      signal: options.signal,
      visit: (message) => {
        const revision = revisionOf(message);
        if (revision !== undefined) tally.add(revision);
      },
      tick,
    });
    if (passed.isErr()) {
      return err(await this.#brokenOff(source.what, passed.error, info.config.name));
    }
    tick();
    const isAll = filter !== undefined || tally.scanned === state.messages;
    return ok(tally.impacts(passed.value === "complete" && isAll));
  }

  /** What waits for a group and is in work; undefined where it has no consumers. */
  async scanGroup(target: GroupTarget): Promise<Result<Impact | undefined, BucketFailure>> {
    try {
      return ok(await groupBacklog(this.#manager, target));
    } catch (error) {
      return err(scanFailure(error, `group ${target.alias}`));
    }
  }

  /** What a change concerns of a queue, and of its dead letters. */
  async scanQueue(
    target: QueueTarget,
    { timeLimitMs = TIME_LIMIT_MS, signal }: ScanOptions = {},
  ): Promise<Result<Impact, BucketFailure>> {
    const deadline = performance.now() + timeLimitMs;
    const reading = queueBacklog(this.#connection, this.#manager, target, { deadline, signal });
    try {
      return ok(await reading);
    } catch (error) {
      return err(scanFailure(error, `queue ${target.alias}`));
    }
  }

  /** The files that are on their way; undefined where none has ever been. */
  async scanTransfer(target: TransferTarget): Promise<Result<Impact | undefined, BucketFailure>> {
    try {
      return ok(await comingFiles(this.#manager, target));
    } catch (error) {
      return err(scanFailure(error, `files of ${target.alias}`));
    }
  }

  /** What it takes to make a projection again, and which of its keys would not be made. */
  async scanProjection(
    target: ProjectionTarget,
    options: ScanOptions = {},
  ): Promise<Result<Impact, BucketFailure>> {
    const { timeLimitMs = TIME_LIMIT_MS, progress, signal } = options;
    const what = `projection ${target.alias}`;
    if (signal?.aborted) return err(aborted(what));
    return await this.#try(what, () =>
      projectionCost(this.#connection, this.#manager, target, {
        deadline: performance.now() + timeLimitMs,
        forgottenAfterMs: this.#forgottenAfterMs,
        progress,
        signal,
      }));
  }

  async #try<T>(
    what: string,
    read: () => Promise<Result<T, StreamReadingFailure>>,
  ): Promise<Result<T, BucketFailure>> {
    try {
      const found = await read();
      return found.isErr() ? err(await this.#brokenOff(what, found.error)) : ok(found.orThrow());
    } catch (error) {
      return err(scanFailure(error, what));
    }
  }

  async #info(
    stream: string,
    what: string,
  ): Promise<Result<StreamInfo | undefined, BucketFailure>> {
    try {
      return ok(await this.#manager.streams.info(stream));
    } catch (error) {
      if (apiCode(error) === API_CODE.streamNotFound) return ok(undefined);
      return err(scanFailure(error, what));
    }
  }

  async #brokenOff(
    what: string,
    reason: StreamReadingFailure,
    stream?: string,
  ): Promise<BucketFailure> {
    const doing = `scan the ${what}`;
    switch (reason.kind) {
      case "aborted":
        return aborted(what);
      case "disconnected":
        return interrupted(`could not ${doing}: the connection to NATS was lost`);
      case "silent":
        return interrupted(`could not ${doing}: NATS said nothing for ${SILENCE_MS / 1000} s`);
      case "refused":
        if (apiCode(reason.cause) === undefined) return scanFailure(reason.cause, what);
    }
    const left = stream && (await this.#info(stream, what)).take();
    if (isErr(left)) return left.error;
    if (left === undefined) {
      return {
        code: "bucket_gone",
        message: `the ${what} was deleted while it was scanned`,
        hint: "plan again: what is to be changed is no longer there",
        retryable: true,
      };
    }
    return reason.kind === "refused"
      ? scanFailure(reason.cause, what)
      : interrupted(`could not ${doing}: its consumer was deleted in the middle of it`);
  }
}
