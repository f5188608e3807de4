import type { ProjectionBinding } from "../../contracts/stored/bindings.ts";
import { BucketStream } from "../kv/nats/bucket_stream.ts";
import type { KVError } from "../kv/kv_error.ts";
import type { TypedKV } from "../kv/typed_kv.ts";
import type { ValueCodec } from "../kv/value_codec.ts";
import type { Log } from "../log.ts";
import { StreamApi } from "../nats/jetstream/stream_api.ts";
import type { JetStreamRequests } from "../nats/jetstream/jetstream_requests.ts";
import { pause } from "../nats/pause.ts";
import type { Result } from "../../contracts/result.ts";
import { BatchLoop } from "../work/nats/batch_loop.ts";
import { consumerProgress } from "./consumer_progress.ts";
import { KeyStates } from "./key_states.ts";
import type { ProjectedEvents } from "./projected_events.ts";
import type { ProjectedKV } from "./projected_kv.ts";
import { Projector } from "./projector.ts";
import { isRebuilt, rebuild } from "./rebuild.ts";

/** How often an event is tried before its key is held. */
const MAX_DELIVER = 5;
/** `ack_wait` of the consumer. */
const BATCH_ACK_WAIT_MS = 5000;
/** Milliseconds between two looks at whether a bucket is whole. */
const LOOK_MS = 100;

/** What one projection of a service is made of. */
export interface ProjectionParts {
  readonly deployment: string;
  readonly alias: string;
  /** What this code makes of events; bindings name it. */
  readonly shape: string;
  readonly requests: JetStreamRequests;
  readonly events: ProjectedEvents;
  readonly codec: ValueCodec<unknown>;
  /** What handlers read. */
  readonly kv: ProjectedKV<unknown>;
  /** Opens a bucket as handlers read it. */
  readonly open: (bucket: string) => Promise<Result<TypedKV<unknown>, KVError>>;
  /** The stream of dead letters. */
  readonly dead: string | undefined;
  readonly log: Log;
}

/** One bucket that is kept up. */
interface Generation {
  readonly bucket: string;
  readonly consumer: string;
}

/** One that is kept up at the moment. */
interface Running {
  /** When the stream was made that it follows. */
  readonly created: string;
  readonly stop: AbortController;
  readonly ended: Promise<void>;
}

/**
 * Keeps up the buckets of one projection: that which is read, and the one that is being made beside it. Code
 * writes only to buckets of its own shape, and reads such a one where there is one.
 */
export class Projection {
  readonly #parts: ProjectionParts;
  readonly #running = new Map<string, Running>();
  readonly #ended: Promise<void>[] = [];
  readonly #stop = new AbortController();
  #viewed: string | undefined;
  #applying: Promise<void> = Promise.resolve();

  /** Nothing is done before {@link apply}. */
  constructor(parts: ProjectionParts) {
    this.#parts = parts;
  }

  /** Does what the bindings say; resolves when handlers read what this code makes. */
  apply(binding: ProjectionBinding): Promise<void> {
    return this.#applying = this.#applying.then(() => this.#apply(binding)).catch((cause) => {
      this.#parts.log.error(`the projection ${this.#parts.alias} could not be opened`, { cause });
    });
  }

  /** Stops when the batches in work are done. */
  async stop(): Promise<void> {
    this.#stop.abort();
    for (const running of this.#running.values()) running.stop.abort();
    await this.#applying;
    await Promise.all(this.#ended);
  }

  async #apply(binding: ProjectionBinding): Promise<void> {
    const { deployment, shape, alias, log } = this.#parts;
    const { next, created } = binding;
    const generations = next === undefined ? [binding] : [binding, next];
    const wanted = generations.filter((made) => made.shape === undefined || made.shape === shape);
    for (const [consumer, running] of this.#running) {
      const isSame = running.created === created;
      if (isSame && wanted.some((generation) => generation.consumer === consumer)) continue;
      running.stop.abort();
      this.#running.delete(consumer);
      if (isSame) continue;
      await running.ended;
      log.warn(
        `the projection ${alias} goes on with the values that it has: the stream of events was ` +
          `made again`,
        {
          hint:
            `trellis projections rebuild ${deployment} ${alias} makes them of what it holds now`,
        },
      );
    }
    for (const generation of wanted) {
      if (this.#running.has(generation.consumer) || this.#stop.signal.aborted) continue;
      const stop = new AbortController();
      const ended = this.#keepUp(generation, binding, stop.signal);
      this.#running.set(generation.consumer, { created, stop, ended });
      this.#ended.push(ended);
    }
    const [read = binding] = wanted;
    if (read !== binding) await this.#whole(read, binding.created);
    await this.#view(read, binding.stream);
  }

  /** Waits until a bucket can be read. */
  async #whole({ bucket }: Generation, created: string): Promise<void> {
    const { signal } = this.#stop;
    const target = new BucketStream(this.#parts.requests, bucket);
    while (!signal.aborted && !await isRebuilt(target, created)) await pause(LOOK_MS, signal);
  }

  async #view({ bucket, consumer }: Generation, stream: string): Promise<void> {
    if (bucket === this.#viewed || this.#stop.signal.aborted) return;
    const { kv, open, requests } = this.#parts;
    const opened = (await open(bucket)).orThrow();
    kv.switchTo({
      kv: opened,
      progress: () => consumerProgress(requests, { stream, consumer }),
    });
    this.#viewed = bucket;
  }

  /** Makes a bucket whole where it is not the first one, and follows the events then. */
  async #keepUp(
    { bucket, consumer }: Generation,
    binding: ProjectionBinding,
    signal: AbortSignal,
  ): Promise<void> {
    const { deployment, alias, requests, events, codec, dead, log } = this.#parts;
    const { stream, created, next } = binding;
    const target = new BucketStream(requests, bucket);
    const place = { deployment, kind: "projection", name: alias, requests, dead } as const;
    if (consumer === next?.consumer && !await isRebuilt(target, created)) {
      const source = new StreamApi(requests, stream);
      const options = { ...place, source, created, target, events, codec, log };
      if (!await rebuild(options, signal)) return;
    }
    if (signal.aborted) return;
    const projector = new Projector({
      ...place,
      events,
      states: new KeyStates(target, created),
      codec,
      maxDeliver: MAX_DELIVER,
      log,
    });
    const loop = new BatchLoop({
      requests,
      stream,
      streamCreated: created,
      consumer,
      ackWaitMs: BATCH_ACK_WAIT_MS,
      purpose: `the projection ${alias}`,
      log,
      handle: (batch) => projector.handle(batch),
    });
    await new Promise<void>((resolve) => {
      signal.addEventListener("abort", () => resolve());
      if (signal.aborted) resolve();
    });
    await loop.stop();
  }
}
