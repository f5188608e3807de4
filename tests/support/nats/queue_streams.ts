/** The streams and consumers of queues, made by hand as reconciliation makes them. */
import {
  AckPolicy,
  type JetStreamManager,
  jetstreamManager,
  type StreamConfig,
} from "@nats-io/jetstream";
import { Kvm } from "@nats-io/kv";
import { connect, type NatsConnection } from "@nats-io/transport-deno";
import type { Contract } from "../../../contracts/define/contract.ts";
import {
  AUTHORITY_BUCKET,
  bindingsKey,
  deploymentToken,
} from "../../../contracts/stored/authority_records.ts";
import type { Bindings, QueueBinding } from "../../../contracts/stored/bindings.ts";
import {
  jobStream,
  jobSubjects,
  KEY_LANES,
  type QueueKind,
  ratesStream,
  recordsBucket,
  runFilter,
} from "../../../contracts/stored/job_names.ts";
import { deadStream, durableName, stepsBucket } from "../../../contracts/stored/work_names.ts";

const NANOS = 1_000_000;

/** A queue to be made. */
export interface HandMadeQueue {
  readonly deployment: string;
  readonly queue: string;
  readonly kind?: QueueKind;
  readonly settings?: Partial<QueueBinding>;
  /** Classes of priority. */
  readonly classes?: number;
  /** Durable consumers that share the lanes, for queues with keys. */
  readonly shares?: number;
}

/** Makes what is behind queues on one server. */
export class QueueStreams implements AsyncDisposable {
  readonly connection: NatsConnection;
  readonly manager: JetStreamManager;

  private constructor(connection: NatsConnection, manager: JetStreamManager) {
    this.connection = connection;
    this.manager = manager;
  }

  static async open(url: string): Promise<QueueStreams> {
    const connection = await connect({ servers: url, maxReconnectAttempts: -1 });
    return new QueueStreams(connection, await jetstreamManager(connection, { checkAPI: false }));
  }

  /** True when the server has a version, as `2.12`. */
  has(version: string): boolean {
    const [major = 0, minor = 0] = (this.connection.info?.version ?? "").split(".").map(Number);
    const [wantedMajor = 0, wantedMinor = 0] = version.split(".").map(Number);
    return major > wantedMajor || (major === wantedMajor && minor >= wantedMinor);
  }

  /** Makes a queue, and what its service has beside it. */
  async make(
    { deployment, queue, kind = "job", settings = {}, classes = 1, shares }: HandMadeQueue,
  ): Promise<QueueBinding> {
    const stream = jobStream(deployment);
    const token = deploymentToken(deployment);
    await this.#stream({
      name: stream,
      subjects: [jobSubjects(deployment)],
      retention: "workqueue",
      ...(this.has("2.12") ? { allow_msg_schedules: true } : {}),
      ...(this.has("2.11") ? { allow_msg_ttl: true } : {}),
    });
    await this.#stream({
      name: deadStream(deployment),
      subjects: [`dead.${token}.>`],
      ...(this.has("2.11") ? { allow_msg_ttl: true } : {}),
    });
    if (this.has("2.12")) {
      await this.#stream({
        name: ratesStream(deployment),
        subjects: [`rates.${token}.>`],
        storage: "memory",
        allow_msg_counter: true,
      });
    }
    const kvm = new Kvm(this.connection);
    await kvm.create(stepsBucket(deployment));
    await kvm.create(recordsBucket(deployment));
    if (this.has("2.11")) {
      const { config } = await this.manager.streams.info(`KV_${recordsBucket(deployment)}`);
      await this.manager.streams.update(config.name, { ...config, allow_msg_ttl: true });
    }
    const work = { concurrency: 1, ackWaitMs: 1000, maxDeliver: 3, backoffMs: [50], ...settings };
    const consumers: string[][] = [];
    for (let priority = 0; priority < classes; priority++) {
      const ones: string[] = [];
      for (let share = 0; share < (shares ?? 1); share++) {
        const name = durableName(kind, deployment, queue, priority * 64 + share);
        const lanes = shares === undefined ? [undefined] : lanesOf(share, shares);
        await this.manager.consumers.add(stream, {
          durable_name: name,
          filter_subjects: lanes.map((lane) => runFilter(deployment, kind, queue, priority, lane)),
          ack_policy: AckPolicy.Explicit,
          ack_wait: work.ackWaitMs * NANOS,
          max_ack_pending: work.maxActive ?? work.concurrency,
          max_deliver: -1,
        });
        ones.push(name);
      }
      consumers.push(ones);
    }
    return {
      ...work,
      stream,
      consumers,
      ...(this.has("2.12") ? { schedules: true } : {}),
      ...(this.has("2.11") ? { wideExpectations: true } : {}),
    };
  }

  /** Writes the bindings of a deployment, so that its service can be connected. */
  async bind(
    contract: Contract,
    deployment: string,
    jobs: NonNullable<Bindings["jobs"]>,
    more: Partial<Bindings> = {},
  ): Promise<void> {
    const bindings: Bindings = {
      format: "trellis.bindings.v1",
      deployment,
      contract: contract.id,
      digests: [contract.digest],
      version: 1,
      kv: {},
      store: {},
      jobs,
      dead: deadStream(deployment),
      steps: stepsBucket(deployment),
      records: recordsBucket(deployment),
      ...(this.has("2.12") ? { rates: ratesStream(deployment) } : {}),
      ...more,
    };
    const authority = await new Kvm(this.connection).create(AUTHORITY_BUCKET);
    await authority.put(bindingsKey(deployment), JSON.stringify(bindings));
  }

  /** How many messages a stream has. */
  async count(stream: string): Promise<number> {
    return (await this.manager.streams.info(stream)).state.messages;
  }

  async #stream(config: Partial<StreamConfig> & { name: string }): Promise<void> {
    await this.manager.streams.add({ allow_direct: true, ...config });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.connection.close();
  }
}

function lanesOf(share: number, shares: number): readonly number[] {
  return Array.from({ length: KEY_LANES }, (_, lane) => lane).filter((lane) =>
    lane % shares === share
  );
}
