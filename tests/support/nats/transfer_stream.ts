/** The stream of files on their way, made by hand as reconciliation makes it. */
import { DiscardPolicy, jetstreamManager, type StreamConfig } from "@nats-io/jetstream";
import { Kvm } from "@nats-io/kv";
import type { NatsConnection } from "@nats-io/nats-core";
import type { Contract } from "../../../contracts/define/contract.ts";
import { AUTHORITY_BUCKET, bindingsKey } from "../../../contracts/stored/authority_records.ts";
import type { Bindings } from "../../../contracts/stored/bindings.ts";
import {
  sentSubjects,
  TRANSFER_CHUNK_BYTES,
  TRANSFER_MS,
  transferStream,
} from "../../../contracts/stored/transfer_names.ts";

const NANOS = 1_000_000;

/** Makes it for a deployment, over what is there, and has it bound. */
export async function makeTransferStream(
  connection: NatsConnection,
  { manifest }: Pick<Contract, "manifest">,
  deployment: string,
  settings: Partial<StreamConfig> = {},
): Promise<string> {
  const name = transferStream(deployment);
  const { streams } = await jetstreamManager(connection);
  const config: StreamConfig = {
    ...(await streams.info(name).catch(() => undefined))?.config!,
    name,
    subjects: Object.values(manifest.operations ?? {})
      .filter(({ transfer }) => transfer?.direction === "send")
      .map(({ subject }) => sentSubjects(subject)),
    discard: DiscardPolicy.New,
    discard_new_per_subject: true,
    max_msgs_per_subject: 1,
    max_age: TRANSFER_MS * NANOS,
    max_bytes: 1 << 30,
    max_msg_size: TRANSFER_CHUNK_BYTES + 4096,
    allow_direct: true,
    ...settings,
  };
  await streams.add(config).catch(() => streams.update(name, config));
  const bucket = await new Kvm(connection).open(AUTHORITY_BUCKET);
  const key = bindingsKey(deployment);
  const bindings = (await bucket.get(key))?.json<Bindings>();
  await bucket.put(key, JSON.stringify({ ...bindings, transfer: name }));
  return name;
}
