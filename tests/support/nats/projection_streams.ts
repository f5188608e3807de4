/** The streams, the bucket and the consumer of a projection, made by hand as reconciliation makes them. */
import {
  AckPolicy,
  DeliverPolicy,
  type JetStreamManager,
  jetstreamManager,
} from "@nats-io/jetstream";
import { Kvm } from "@nats-io/kv";
import { connect, type NatsConnection } from "@nats-io/transport-deno";
import {
  AUTHORITY_BUCKET,
  bindingsKey,
  deploymentToken,
} from "../../../contracts/stored/authority_records.ts";
import type { Bindings, ProjectionBinding } from "../../../contracts/stored/bindings.ts";
import { EVENT_STREAM } from "../../../contracts/stored/event_stream.ts";
import { deadStream, durableName } from "../../../contracts/stored/work_names.ts";
import { DEAD_ERROR_HEADER, DEAD_REASON_HEADER } from "../../../contracts/stored/work_headers.ts";
import type { Contract } from "../../../contracts/define/contract.ts";

const NANOS = 1_000_000;

/** A projection whose parts were made by hand, on a server with an authority. */
export class ProjectionStreams implements AsyncDisposable {
  readonly connection: NatsConnection;
  readonly manager: JetStreamManager;
  readonly deployment: string;
  readonly alias: string;
  readonly #filters: readonly string[];
  readonly #ackWaitMs: number;

  private constructor(
    connection: NatsConnection,
    manager: JetStreamManager,
    made: MadeProjection,
  ) {
    this.connection = connection;
    this.manager = manager;
    this.deployment = made.deployment;
    this.alias = made.alias;
    this.#filters = made.filters;
    this.#ackWaitMs = made.ackWaitMs ?? 1000;
  }

  static async make(url: string, made: MadeProjection): Promise<ProjectionStreams> {
    const connection = await connect({
      servers: url,
      maxReconnectAttempts: -1,
      reconnectTimeWait: 20,
    });
    const manager = await jetstreamManager(connection, { checkAPI: false });
    const streams = new ProjectionStreams(connection, manager, made);
    const { deployment, contract } = made;
    const dead = `dead.${deploymentToken(deployment)}.>`;
    await manager.streams.add({ name: deadStream(deployment), subjects: [dead] });
    await streams.makeConsumer();
    const projection = await streams.binding();
    await new Kvm(connection).create(projection.bucket);
    await streams.bind(contract, projection);
    return streams;
  }

  /** The durable consumer, from the beginning. */
  async makeConsumer(
    name = this.consumer,
    policy: DeliverPolicy = DeliverPolicy.All,
  ): Promise<void> {
    await this.manager.consumers.add(EVENT_STREAM, {
      durable_name: name,
      filter_subjects: [...this.#filters],
      ack_policy: AckPolicy.All,
      ack_wait: this.#ackWaitMs * NANOS,
      max_ack_pending: 256,
      max_deliver: -1,
      deliver_policy: policy,
    });
  }

  /** The bucket and consumer of a generation that is to be made beside the first. */
  async makeNext(shape: string): Promise<NonNullable<ProjectionBinding["next"]>> {
    const [bucket, consumer] = [`${this.bucket}_g2`, `${this.consumer}_g2`];
    await new Kvm(this.connection).create(bucket);
    await this.makeConsumer(consumer, DeliverPolicy.New);
    return { bucket, consumer, generation: 2, shape };
  }

  get consumer(): string {
    return durableName("projection", this.deployment, this.alias);
  }

  get bucket(): string {
    return `svc_${deploymentToken(this.deployment)}_${this.alias}`;
  }

  /** What reconciliation would bind. */
  async binding(): Promise<ProjectionBinding> {
    const { created } = await this.manager.streams.info(EVENT_STREAM);
    const { consumer, bucket } = this;
    return { stream: EVENT_STREAM, created, consumer, bucket, generation: 1 };
  }

  /** Writes the bindings of the deployment. */
  async bind(
    contract: Contract,
    projection: ProjectionBinding,
    digests = [contract.digest],
  ): Promise<void> {
    const bindings: Bindings = {
      format: "trellis.bindings.v1",
      deployment: this.deployment,
      contract: contract.id,
      digests,
      version: 1,
      kv: { [this.alias]: { bucket: projection.bucket, history: 1, ttlMs: 0 } },
      store: {},
      projections: { [this.alias]: projection },
      dead: deadStream(this.deployment),
    };
    const authority = await new Kvm(this.connection).open(AUTHORITY_BUCKET);
    await authority.put(bindingsKey(this.deployment), JSON.stringify(bindings));
  }

  /** All values, by key. */
  async values(bucket = this.bucket): Promise<Record<string, unknown>> {
    const kv = await new Kvm(this.connection).open(bucket);
    const found: [string, unknown][] = [];
    for await (const key of await kv.keys()) found.push([key, (await kv.get(key))?.json()]);
    return Object.fromEntries(found.sort(([a], [b]) => a < b ? -1 : 1));
  }

  /** Sequence of the event, reason, error and id of each dead letter. */
  async deadLetters(): Promise<readonly (readonly [number, string, string, string])[]> {
    const stream = deadStream(this.deployment);
    const { state } = await this.manager.streams.info(stream);
    const letters: [number, string, string, string][] = [];
    for (let seq = 1; seq <= state.last_seq; seq++) {
      const message = await this.manager.streams.getMessage(stream, { seq });
      if (message === null) continue;
      const of = (name: string) => message.header.get(name);
      const [, sequence] = of("Trellis-Origin").split(" ");
      const id = message.subject.split(".").at(-1) ?? "";
      letters.push([Number(sequence), of(DEAD_REASON_HEADER), of(DEAD_ERROR_HEADER), id]);
    }
    return letters.sort(([a], [b]) => a - b);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.connection.close();
  }
}

/** What is made. */
export interface MadeProjection {
  readonly contract: Contract;
  readonly deployment: string;
  readonly alias: string;
  readonly filters: readonly string[];
  readonly ackWaitMs?: number;
}
