import { jetstreamManager, type StreamAPI } from "@nats-io/jetstream";
import type { NatsConnection } from "@nats-io/nats-core";
import { freshToken } from "../../../runtime/nats/session_token.ts";
import type { Others } from "../../proof/hostile_actions.ts";

const PREFIX = "trellis_proof_";
/** A proof takes seconds: what is older was left by one that was killed. */
const LEFT_MS = 10 * 60_000;
/** Proof data, for what looks at all streams. */
const OWNER = { "trellis.kind": "proof" };

/** A bucket that belongs to nobody, made to be attacked. */
export class Probe implements AsyncDisposable {
  readonly #streams: StreamAPI;
  /** The names of it, and of somebody who is not there. */
  readonly others: Others;

  private constructor(streams: StreamAPI, others: Others) {
    this.#streams = streams;
    this.others = others;
  }

  /** Makes it, with one entry, and removes what earlier ones have left. Rejects when it cannot be made. */
  static async open(connection: NatsConnection): Promise<Probe> {
    const { streams } = await jetstreamManager(connection);
    await removeLeft(streams);
    const nobody = `${PREFIX}${freshToken(6)}`;
    const others = { bucket: nobody, store: nobody, session: freshToken(16), nobody };
    await streams.add({
      name: streamOf(others),
      subjects: [`$KV.${others.bucket}.>`],
      max_bytes: 1 << 20,
      metadata: { ...OWNER },
    });
    const probe = new Probe(streams, others);
    await connection.request(probe.target, "theirs");
    return probe;
  }

  /** The subject of an entry in it. */
  get target(): string {
    return `$KV.${this.others.bucket}.a`;
  }

  /** How many writes it has seen: one, unless somebody got through. */
  async writes(): Promise<number> {
    return (await this.#streams.info(streamOf(this.others))).state.last_seq;
  }

  /** True when nobody has written to it or taken anything from it. */
  async isUntouched(): Promise<boolean> {
    const { state } = await this.#streams.info(streamOf(this.others));
    return state.messages === 1 && state.last_seq === 1 && state.consumer_count === 0;
  }

  /** Removes it. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#streams.delete(streamOf(this.others));
  }
}

function streamOf({ bucket }: Others): string {
  return `KV_${bucket}`;
}

async function removeLeft(streams: StreamAPI): Promise<void> {
  for await (const { config, created } of streams.list()) {
    const isLeft = config.metadata?.["trellis.kind"] === OWNER["trellis.kind"] &&
      config.name.startsWith(`KV_${PREFIX}`) && Date.now() - Date.parse(created) > LEFT_MS;
    if (isLeft) await streams.delete(config.name);
  }
}
