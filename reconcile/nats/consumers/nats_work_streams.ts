import { headers as natsHeaders } from "@nats-io/nats-core";
import { serverHas } from "../../../runtime/nats/features/server_features.ts";
import type { JetStreamManager, StreamInfo } from "@nats-io/jetstream";
import { err, ok, type Result } from "../../../contracts/result.ts";
import type { ConnectionGate } from "../../../runtime/nats/connection_gate.ts";
import { isLostRace, orGone } from "../../../runtime/nats/jetstream/library_api_code.ts";
import { makeStream } from "../../../runtime/nats/jetstream/make_stream.ts";
import type {
  ConsumerRef,
  Start,
  StoredWork,
  WorkAbilities,
  WorkConsumer,
  WorkConsumerState,
  WorkMessage,
  WorkStream,
  WorkStreams,
  WorkStreamState,
} from "../../resources/work_streams.ts";
import type { BucketFailure } from "../../resources/buckets.ts";
import type { StreamLayout } from "../../resources/stream_layout.ts";
import { bucketFailure } from "../buckets/jetstream_failure.ts";
import { laidOut, laidOutAgain, layoutDeviations, UNCHANGED } from "../layout/laid_out.ts";
import {
  consumerConfig,
  consumerState,
  consumerUpdate,
  streamConfig,
  streamState,
} from "./work_config.ts";

/** Says which message of the stream of events a copy was made of: `trellis_events 42 …`. */
const SOURCE_HEADER = "Nats-Stream-Source";

/** Streams and durable consumers on a NATS server. */
export class NatsWorkStreams implements WorkStreams {
  readonly abilities: WorkAbilities;
  readonly #manager: JetStreamManager;
  readonly #link: ConnectionGate;
  readonly #version: string;
  readonly #layout: StreamLayout;

  /**
   * @param manager of a connection that may manage streams
   * @param link of the same connection
   * @param version of the server that it is connected to
   * @param layout how streams are to be kept; without one new ones have one replica, and others stay as they are
   */
  constructor(
    manager: JetStreamManager,
    link: ConnectionGate,
    version: string,
    layout: StreamLayout = UNCHANGED,
  ) {
    this.#manager = manager;
    this.#link = link;
    this.#version = version;
    this.#layout = layout;
    this.abilities = {
      schedules: serverHas(version, "waiting"),
      messageTtls: serverHas(version, "messageTtls"),
      wideExpectations: serverHas(version, "wideExpectations"),
    };
  }

  /** The same, with another layout. */
  under(layout: StreamLayout): NatsWorkStreams {
    return new NatsWorkStreams(this.#manager, this.#link, this.#version, layout);
  }

  /** A stream as it is; undefined when it is not there. */
  stream(name: string): Promise<Result<WorkStreamState | undefined, BucketFailure>> {
    return this.#try(`read the stream ${name}`, async () => {
      const info = await orGone(this.#manager.streams.info(name));
      if (info === undefined) return undefined;
      const state = streamState(info, await this.#lastCopied(info));
      // Those of others, as the events, are kept by whom they belong to.
      if (state.owner === undefined) return state;
      const kept = layoutDeviations(info.config, this.#layout);
      return { ...state, deviations: [...state.deviations, ...kept] };
    });
  }

  /** The last message of a subject, which may have wildcards; undefined where there is none. */
  lastMessage(
    stream: string,
    subject: string,
  ): Promise<Result<StoredWork | undefined, BucketFailure>> {
    return this.#try(`read the stream ${stream}`, async () => {
      const query = { last_by_subj: subject };
      const found = await orGone(this.#manager.streams.getMessage(stream, query)) ?? null;
      if (found === null) return undefined;
      return {
        stream,
        sequence: found.seq,
        at: found.time,
        subject: found.subject,
        headers: Object.fromEntries([...found.header].map(([name, [value = ""]]) => [name, value])),
        body: found.string(),
      };
    });
  }

  /** The subjects of a stream that match a filter. */
  subjects(stream: string, filter: string): Promise<Result<readonly string[], BucketFailure>> {
    return this.#try(`read the stream ${stream}`, async () => {
      const query = { subjects_filter: filter };
      const info = await orGone(this.#manager.streams.info(stream, query));
      return Object.keys(info?.state.subjects ?? {}).sort();
    });
  }

  /** Stores a message; one that the stream has already is no failure. */
  publish({ subject, headers, body }: WorkMessage): Promise<Result<void, BucketFailure>> {
    return this.#try(`write ${subject}`, async () => {
      const header = natsHeaders();
      for (const [name, value] of Object.entries(headers)) header.set(name, value);
      const published = this.#manager.jetstream().publish(subject, body, { headers: header });
      await published.catch((error: unknown) => {
        if (!isLostRace(error)) throw error;
      });
    });
  }

  /** Removes a message; succeeds when it is gone already. */
  removeMessage(stream: string, sequence: number): Promise<Result<void, BucketFailure>> {
    return this.#try(`remove message ${sequence} of ${stream}`, async () => {
      await orGone(this.#manager.streams.deleteMessage(stream, sequence, false));
    });
  }

  /** A consumer as it is; undefined when it, or its stream, is not there. */
  consumer(
    { stream, name }: ConsumerRef,
  ): Promise<Result<WorkConsumerState | undefined, BucketFailure>> {
    return this.#try(`read the consumer ${name} of ${stream}`, async () => {
      const info = await orGone(this.#manager.consumers.info(stream, name));
      return info && consumerState(info);
    });
  }

  /** The first sequence of the stream of events that the lanes of a copy have not settled. */
  resumesAt(
    { name, copiesFrom = 1 }: WorkStreamState,
    lanes: readonly WorkConsumerState[],
  ): Promise<Result<number, BucketFailure>> {
    return this.#try(`read the stream ${name}`, async () => {
      const busy = lanes.filter(({ pending, inWork }) => pending + inWork > 0);
      const first = await Promise.all(busy.map(async ({ floor, settings: { filters } }) => {
        const query = { seq: floor + 1, next_by_subj: filters[0] ?? ">" };
        return sourceSequence((await this.#manager.streams.getMessage(name, query))?.header);
      }));
      return Math.min(copiesFrom, ...first.filter((sequence) => sequence !== undefined));
    });
  }

  /** Makes a stream, or changes it. */
  putStream(
    stream: WorkStream,
    isNew: boolean,
    copyFrom?: number,
  ): Promise<Result<void, BucketFailure>> {
    const { name } = stream;
    return this.#try(`${isNew ? "create" : "update"} the stream ${name}`, async () => {
      if (isNew) {
        const config = streamConfig(stream, copyFrom, this.abilities.messageTtls);
        const { isClustered } = this.#link;
        const made = laidOut(config, this.#layout, isClustered);
        await makeStream(this.#manager, isClustered, made);
        return;
      }
      const { config } = await this.#manager.streams.info(name);
      const begins = copyFrom ?? config.sources?.[0]?.opt_start_seq;
      const metadata = { ...config.metadata };
      const declared = streamConfig(stream, begins, this.abilities.messageTtls);
      const changed = { ...config, ...declared, metadata: { ...metadata, ...declared.metadata } };
      const { isClustered } = this.#link;
      for (const next of laidOutAgain(changed, this.#layout, config, isClustered)) {
        await this.#manager.streams.update(name, next);
      }
    });
  }

  /** Makes a consumer, paused as long as it is said. */
  addConsumer(
    consumer: WorkConsumer,
    start: Start,
    pausedUntil?: string,
  ): Promise<Result<void, BucketFailure>> {
    const { stream, name } = consumer;
    return this.#try(`create the consumer ${name} of ${stream}`, async () => {
      const { created } = await this.#manager.streams.info(stream);
      await this.#manager.consumers.add(stream, {
        ...consumerConfig(consumer, start, String(created)),
        ...(pausedUntil === undefined ? {} : { pause_until: pausedUntil }),
      });
    });
  }

  /** Changes a consumer in its place. */
  updateConsumer(consumer: WorkConsumer): Promise<Result<void, BucketFailure>> {
    const { stream, name } = consumer;
    return this.#try(`update the consumer ${name} of ${stream}`, async () => {
      const { created } = await this.#manager.streams.info(stream);
      await this.#manager.consumers.update(stream, name, consumerUpdate(consumer, String(created)));
    });
  }

  /** Removes a consumer, and what waits for it under these subjects; succeeds when it is gone already. */
  deleteConsumer(
    { stream, name }: ConsumerRef,
    waiting: readonly string[],
  ): Promise<Result<void, BucketFailure>> {
    return this.#try(`delete the consumer ${name} of ${stream}`, async () => {
      await orGone(this.#manager.consumers.delete(stream, name));
      for (const filter of waiting) await orGone(this.#manager.streams.purge(stream, { filter }));
    });
  }

  /** Removes a stream with what is in it; succeeds when it is gone already. */
  deleteStream(name: string): Promise<Result<void, BucketFailure>> {
    return this.#try(`delete the stream ${name}`, async () => {
      await orGone(this.#manager.streams.delete(name));
    });
  }

  async #lastCopied({ config, state }: StreamInfo): Promise<number | undefined> {
    if ((config.sources ?? []).length === 0 || state.messages === 0) return undefined;
    const last = await orGone(
      this.#manager.streams.getMessage(config.name, { seq: state.last_seq }),
    );
    return sourceSequence(last?.header);
  }

  async #try<T>(doing: string, work: () => Promise<T>): Promise<Result<T, BucketFailure>> {
    try {
      return ok(await this.#link.use(work));
    } catch (error) {
      return err(bucketFailure(error, doing));
    }
  }
}

function sourceSequence(header: { get(name: string): string } | undefined): number | undefined {
  const sequence = Number(header?.get(SOURCE_HEADER).split(" ")[1] ?? NaN);
  return Number.isSafeInteger(sequence) && sequence > 0 ? sequence : undefined;
}
