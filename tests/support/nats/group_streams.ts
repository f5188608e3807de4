/** The streams and consumers of a group, made by hand as reconciliation makes them. */
import {
  AckPolicy,
  DeliverPolicy,
  type JetStreamManager,
  jetstreamManager,
  type StreamConfig,
} from "@nats-io/jetstream";
import { Kvm } from "@nats-io/kv";
import { connect, type NatsConnection } from "@nats-io/transport-deno";
import type { Contract } from "../../../contracts/define/contract.ts";
import type { Bindings, GroupBinding } from "../../../contracts/stored/bindings.ts";
import {
  AUTHORITY_BUCKET,
  bindingsKey,
  deploymentToken,
} from "../../../contracts/stored/authority_records.ts";
import {
  DEAD_ERROR_HEADER,
  DEAD_REASON_HEADER,
  DEAD_TRIES_HEADER,
  ORIGIN_HEADER,
} from "../../../contracts/stored/work_headers.ts";
import { EVENT_STREAM, EVENT_SUBJECTS } from "../../../contracts/stored/event_stream.ts";
import {
  deadStream,
  durableName,
  groupStream,
  laneSubjectPrefix,
  laterStream,
  stepsBucket,
} from "../../../contracts/stored/work_names.ts";

const NANOS = 1_000_000;
/** Lanes of a group with keys. */
const LANES = 8;

/** A group to be made, of events whose one param is their key. */
export interface HandMadeGroup {
  readonly deployment: string;
  readonly group: string;
  readonly ordering: GroupBinding["ordering"];
  readonly events: readonly string[];
  readonly settings?: Partial<GroupBinding>;
}

/** A dead letter as any NATS tool sees it. */
export interface DeadLetter {
  readonly seq: number;
  readonly subject: string;
  readonly body: string;
  readonly reason: string;
  readonly error: string;
  readonly tries: number;
  readonly origin: string;
}

/** Makes what is behind groups on one server. */
export class GroupStreams implements AsyncDisposable {
  readonly #connection: NatsConnection;
  readonly #manager: JetStreamManager;

  private constructor(connection: NatsConnection, manager: JetStreamManager) {
    this.#connection = connection;
    this.#manager = manager;
  }

  static async open(url: string): Promise<GroupStreams> {
    const connection = await connect({ servers: url, maxReconnectAttempts: -1 });
    return new GroupStreams(connection, await jetstreamManager(connection, { checkAPI: false }));
  }

  /** The connection, for tools. */
  get connection(): NatsConnection {
    return this.#connection;
  }

  /** Its manager. */
  get manager(): JetStreamManager {
    return this.#manager;
  }

  /** Makes all of one group, and what its service has beside it. */
  async make(made: HandMadeGroup): Promise<GroupBinding> {
    const { deployment, group, ordering, events, settings = {} } = made;
    const token = deploymentToken(deployment);
    await this.#stream({ name: EVENT_STREAM, subjects: [EVENT_SUBJECTS] });
    await this.#stream({ name: deadStream(deployment), subjects: [`dead.${token}.>`] });
    const isNew = (this.#connection.info?.version ?? "") >= "2.12";
    await this.#stream({
      name: laterStream(deployment),
      subjects: [`later.${token}.>`, `again.${token}.>`],
      ...(isNew ? { allow_msg_schedules: true, allow_msg_ttl: true } : {}),
    });
    await new Kvm(this.#connection).create(stepsBucket(deployment));
    const work = {
      concurrency: 1,
      ackWaitMs: 1000,
      maxDeliver: 3,
      backoffMs: [50],
      onDead: "continue",
      ...settings,
    } as const;
    const subjects = events.map((event) => `events.v1.${event}.*`);
    const isKeyed = ordering === "key";
    const stream = isKeyed ? groupStream(deployment, group) : EVENT_STREAM;
    if (isKeyed) await this.#lanes(made, stream);
    const consumers: string[] = [];
    for (let lane = 0; lane < (isKeyed ? LANES : 1); lane++) {
      const name = durableName("group", deployment, group, isKeyed ? lane : undefined);
      const filters = isKeyed ? [`${laneSubjectPrefix(deployment, group)}.${lane}.>`] : subjects;
      await this.#consumer(stream, name, filters, isKeyed ? 1 : work.concurrency, work.ackWaitMs);
      consumers.push(name);
    }
    const again = `${durableName("group", deployment, group)}__again`;
    const most = ordering === "none" ? work.concurrency : 1;
    await this.#consumer(
      laterStream(deployment),
      again,
      [`again.${token}.${group}.*`],
      most,
      work.ackWaitMs,
    );
    return {
      ...work,
      stream,
      consumers,
      ordering,
      later: {
        stream: laterStream(deployment),
        consumer: again,
        ...(isNew ? { schedules: true } : {}),
      },
    };
  }

  async #lanes({ deployment, group, events }: HandMadeGroup, name: string): Promise<void> {
    const prefix = laneSubjectPrefix(deployment, group);
    const { state } = await this.#manager.streams.info(EVENT_STREAM);
    await this.#manager.streams.add({
      name,
      sources: [{
        name: EVENT_STREAM,
        opt_start_seq: state.last_seq + 1,
        subject_transforms: events.map((event) => ({
          src: `events.v1.${event}.*`,
          dest: `${prefix}.{{partition(${LANES},1)}}.v1.${event}.{{wildcard(1)}}`,
        })),
      }],
    });
  }

  async #stream(config: Partial<StreamConfig> & { name: string }): Promise<void> {
    await this.#manager.streams.add({ allow_direct: true, ...config });
  }

  async #consumer(
    stream: string,
    durable: string,
    filters: readonly string[],
    most: number,
    ackWaitMs: number,
  ): Promise<void> {
    await this.#manager.consumers.add(stream, {
      durable_name: durable,
      filter_subjects: [...filters],
      ack_policy: AckPolicy.Explicit,
      ack_wait: ackWaitMs * NANOS,
      max_ack_pending: most,
      max_deliver: -1,
      deliver_policy: stream === EVENT_STREAM ? DeliverPolicy.New : DeliverPolicy.All,
    });
  }

  /** Writes the bindings of a deployment, so that its service can be connected. */
  async bind(contract: Contract, deployment: string, groups: Bindings["groups"]): Promise<void> {
    const bindings: Bindings = {
      format: "trellis.bindings.v1",
      deployment,
      contract: contract.id,
      digests: [contract.digest],
      version: 1,
      kv: {},
      store: {},
      ...(groups === undefined ? {} : { groups }),
      dead: deadStream(deployment),
      steps: stepsBucket(deployment),
    };
    const authority = await new Kvm(this.#connection).create(AUTHORITY_BUCKET);
    await authority.put(bindingsKey(deployment), JSON.stringify(bindings));
  }

  /** Reason, tries and first error of each dead letter, by the event's id. */
  async deadLetters(deployment: string): Promise<readonly DeadLetter[]> {
    const stream = deadStream(deployment);
    const { state } = await this.#manager.streams.info(stream);
    const letters: DeadLetter[] = [];
    for (let seq = state.first_seq; state.messages > 0 && seq <= state.last_seq; seq++) {
      const message = await this.#manager.streams.getMessage(stream, { seq }).catch(() => null);
      if (message === null) continue;
      const of = (name: string) => message.header.get(name);
      letters.push({
        seq,
        subject: message.subject,
        body: message.string(),
        reason: of(DEAD_REASON_HEADER),
        error: of(DEAD_ERROR_HEADER),
        tries: Number(of(DEAD_TRIES_HEADER)),
        origin: of(ORIGIN_HEADER),
      });
    }
    return letters;
  }

  /** What a consumer has before it. */
  async pending(stream: string, consumer: string): Promise<{ pending: number; inWork: number }> {
    const info = await this.#manager.consumers.info(stream, consumer);
    return { pending: info.num_pending, inWork: info.num_ack_pending };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#connection.close();
  }
}
