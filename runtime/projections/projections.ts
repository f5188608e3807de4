import type { Contract } from "../../contracts/define/contract.ts";
import type { Bindings, ProjectionBinding } from "../../contracts/stored/bindings.ts";
import { validatorOf } from "../../contracts/schema/validator.ts";
import { BucketStream } from "../kv/nats/bucket_stream.ts";
import { ValueCodec } from "../kv/value_codec.ts";
import type { Log } from "../log.ts";
import { inboxPrefix } from "../nats/connection.ts";
import { JetStreamRequests } from "../nats/jetstream/jetstream_requests.ts";
import type { NatsMessaging } from "../rpc/nats/nats_messaging.ts";
import { BatchLoop } from "../work/nats/batch_loop.ts";
import { KeyStates } from "./key_states.ts";
import { ProjectedEvents } from "./projected_events.ts";
import { Projector } from "./projector.ts";

/** How often an event is tried before its key is held. */
const MAX_DELIVER = 5;

/** What the projections of a service are made of. */
export interface ProjectionsParts {
  readonly contract: Contract;
  readonly deployment: string;
  readonly messaging: NatsMessaging;
  readonly bindings: Pick<Bindings, "projections" | "dead">;
  readonly log: Log;
}

/** The projections of a service: each is kept up from when its reducers are there. */
export class Projections {
  readonly #parts: ProjectionsParts;
  readonly #requests: JetStreamRequests;
  readonly #loops = new Map<string, BatchLoop>();
  #isStopping = false;

  /** Nothing is asked of the server before the reducers are there. */
  constructor(parts: ProjectionsParts) {
    this.#parts = parts;
    const { line, session } = parts.messaging;
    this.#requests = JetStreamRequests.of(line, inboxPrefix(session));
  }

  /** Aliases of the buckets that are projections. */
  get names(): readonly string[] {
    const buckets = Object.entries(this.#parts.contract.manifest.resources?.kv ?? {});
    return buckets.flatMap(([alias, { projection }]) => projection === undefined ? [] : [alias]);
  }

  /** True when all have their reducers. */
  get allWork(): boolean {
    return this.names.every((alias) => this.#loops.has(alias));
  }

  /** Takes the reducers of a projection, as a handlers file has them, and begins. */
  handle(alias: string, reducers: object): void {
    const { contract, deployment, bindings } = this.#parts;
    const need = contract.manifest.resources?.kv?.[alias];
    if (need?.projection === undefined) throw new TypeError(`${alias} is no projection`);
    if (this.#loops.has(alias)) throw new TypeError(`${alias} has its reducers already`);
    const events = new ProjectedEvents(contract, need.projection, reducers);
    const binding = bindings.projections?.[alias];
    if (binding === undefined) {
      throw new TypeError(`the projection ${alias} of ${deployment} is not bound`);
    }
    const validator = validatorOf(contract.manifest.schemas?.[need.schema.schema] ?? true);
    const codec = new ValueCodec<unknown>(validator, alias, need.maxValueBytes);
    if (!this.#isStopping) this.#loops.set(alias, this.#keepUp(alias, binding, events, codec));
  }

  /** Stops when the batches in work are done. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    await Promise.all([...this.#loops.values()].map((loop) => loop.stop()));
  }

  #keepUp(
    alias: string,
    { stream, consumer, bucket, created }: ProjectionBinding,
    events: ProjectedEvents,
    codec: ValueCodec<unknown>,
  ): BatchLoop {
    const { deployment, bindings, log } = this.#parts;
    const requests = this.#requests;
    const projector = new Projector({
      deployment,
      kind: "projection",
      name: alias,
      requests,
      events,
      states: new KeyStates(new BucketStream(requests, bucket), created),
      codec,
      dead: bindings.dead,
      maxDeliver: MAX_DELIVER,
      log,
    });
    return new BatchLoop({
      requests,
      stream,
      consumer,
      ackWaitMs: BATCH_ACK_WAIT_MS,
      purpose: `the projection ${alias}`,
      log,
      handle: (batch) => projector.handle(batch),
    });
  }
}

/** `ack_wait` of the consumer. */
const BATCH_ACK_WAIT_MS = 5000;
