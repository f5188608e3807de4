/** Dead letters as a worker writes them, and what comes back of them. */
import { jetstream, type JetStreamManager, jetstreamManager } from "@nats-io/jetstream";
import { headers, type NatsConnection } from "@nats-io/nats-core";
import { deploymentToken } from "../../../contracts/stored/authority_records.ts";
import { deadStream, deadSubject, laterStream } from "../../../contracts/stored/work_names.ts";

/** A letter to be written. */
export interface RawLetter {
  readonly group: string;
  readonly id: string;
  /** As `events.v1.Order.Placed.42`. */
  readonly subject: string;
  readonly body: unknown;
  readonly reason?: string;
  readonly cause?: string;
}

/** An event that a group gets again. */
export interface GivenBack {
  readonly subject: string;
  readonly text: string;
  readonly headers: Headers;
}

/** The letters of one deployment. */
export class RawLetters {
  readonly #connection: NatsConnection;
  readonly #manager: JetStreamManager;
  readonly #deployment: string;
  #deliveries = 0;

  private constructor(connection: NatsConnection, manager: JetStreamManager, deployment: string) {
    this.#connection = connection;
    this.#manager = manager;
    this.#deployment = deployment;
  }

  /** Makes the streams that reconciliation has not made. */
  static async open(connection: NatsConnection, deployment: string): Promise<RawLetters> {
    const manager = await jetstreamManager(connection, { checkAPI: false });
    const token = deploymentToken(deployment);
    const streams = {
      [deadStream(deployment)]: [`dead.${token}.>`],
      [laterStream(deployment)]: [`later.${token}.>`, `again.${token}.>`],
    };
    for (const [name, subjects] of Object.entries(streams)) {
      const there = await manager.streams.info(name).then(() => true, () => false);
      if (!there) await manager.streams.add({ name, subjects, allow_direct: true });
    }
    return new RawLetters(connection, manager, deployment);
  }

  /** Writes a letter. */
  async write({ group, id, subject, body, reason = "failed", cause }: RawLetter): Promise<void> {
    const head = headers();
    const entries = {
      "Nats-Msg-Id": `${id}:${group}:dead:${this.#deliveries++}`,
      "Trellis-Event-Id": id,
      "Trellis-Event-Time": "2030-01-02T03:04:05.000Z",
      "Trellis-Digest": "digest-of-the-publisher",
      "Trellis-Origin": `trellis_events 1 ${subject}`,
      "Trellis-Dead-Reason": reason,
      "Trellis-Dead-Error": "the mail server said no",
      "Trellis-Dead-Tries": "5",
      "Trellis-Dead-Time": "2030-01-02T03:05:05.000Z",
      "traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
      ...(cause === undefined ? {} : { "Trellis-Cause": cause }),
    };
    for (const [name, value] of Object.entries(entries)) head.set(name, value);
    const text = typeof body === "string" ? body : JSON.stringify(body);
    const to = deadSubject(this.#deployment, "group", group, id);
    await jetstream(this.#connection).publish(to, text, { headers: head });
  }

  /** What was given back, oldest first. */
  async givenBack(): Promise<readonly GivenBack[]> {
    const stream = laterStream(this.#deployment);
    const { state } = await this.#manager.streams.info(stream);
    const found: GivenBack[] = [];
    if (state.messages === 0) return found;
    for (let seq = state.first_seq; seq <= state.last_seq; seq++) {
      const message = await this.#manager.streams.getMessage(stream, { seq });
      if (message === null) continue;
      const all = new Headers();
      for (const [name, [value = ""]] of message.header) all.set(name, value);
      found.push({ subject: message.subject, text: message.string(), headers: all });
    }
    return found;
  }
}
