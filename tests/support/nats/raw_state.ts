/** The bucket of State, as it lies in its stream. */
import { jetstreamManager, type StoredMsg } from "@nats-io/jetstream";
import { headers, type NatsConnection } from "@nats-io/transport-deno";
import {
  STATE_EXPIRES_HEADER,
  type StateEntryRecord,
} from "../../../contracts/stored/state_entry.ts";
import {
  STATE_BUCKET,
  stateKey,
  type StateNamespace,
} from "../../../contracts/stored/state_key.ts";
import { principalText } from "../../../contracts/identity/principal_text.ts";

/** Reads and writes the bucket with the client library alone. */
export class RawState {
  readonly #connection: NatsConnection;

  /** @param connection that may do everything with the data */
  constructor(connection: NatsConnection) {
    this.#connection = connection;
  }

  /** Writes text, or JSON, over an entry. */
  async put(
    namespace: StateNamespace,
    key: string | undefined,
    body: string | object,
    sent: Readonly<Record<string, string>> = {},
  ): Promise<void> {
    const lines = headers();
    for (const [name, value] of Object.entries(sent)) lines.set(name, value);
    const text = typeof body === "string" ? body : JSON.stringify(body);
    const subject = `$KV.${STATE_BUCKET}.${stateKey(namespace, key)}`;
    const ack = await this.#connection.request(subject, text, { headers: lines, timeout: 5000 });
    const answer = ack.json<{ error?: object }>();
    if (answer.error !== undefined) throw new Error(JSON.stringify(answer.error));
  }

  /** Writes a whole entry, with some of its members changed; undefined leaves one out. */
  async putEntry(
    namespace: StateNamespace,
    key: string | undefined,
    patch: Partial<StateEntryRecord>,
  ): Promise<void> {
    const entry = {
      format: "trellis.state.v1",
      principal: principalText(namespace.principal),
      contract: namespace.contract,
      store: namespace.store,
      key,
      value: { title: "raw" },
      stateVersion: "v1",
      writerContractDigest: "d",
      updatedAt: "2026-01-31T12:00:00.000Z",
      ...patch,
    };
    const { expiresAt } = entry;
    const sent: Record<string, string> = expiresAt === undefined
      ? {}
      : { [STATE_EXPIRES_HEADER]: String(Date.parse(expiresAt)) };
    await this.put(namespace, key, entry, sent);
  }

  /** The last message of an entry; undefined when there is none. */
  async last(namespace: StateNamespace, key?: string): Promise<StoredMsg | undefined> {
    const { streams } = await jetstreamManager(this.#connection, { checkAPI: false });
    const last_by_subj = `$KV.${STATE_BUCKET}.${stateKey(namespace, key)}`;
    return await streams.getMessage(`KV_${STATE_BUCKET}`, { last_by_subj }) ?? undefined;
  }

  /** The JSON of an entry. */
  async entry(namespace: StateNamespace, key?: string): Promise<StateEntryRecord | undefined> {
    return (await this.last(namespace, key))?.json<StateEntryRecord>();
  }

  /** The sequence that the bucket has reached. */
  async newest(): Promise<number> {
    const { streams } = await jetstreamManager(this.#connection, { checkAPI: false });
    return (await streams.info(`KV_${STATE_BUCKET}`)).state.last_seq;
  }
}
