import { jetstream, jetstreamManager } from "@nats-io/jetstream";
import { type KV, Kvm, type KvOptions } from "@nats-io/kv";
import { mayBeClustered } from "../link/js_domain.ts";
import { madeByOther, makingMark } from "./make_stream.ts";
import { ownLayout } from "./own_layout.ts";

/** Opens a bucket of Trellis' own, and makes it where it is not there; a new one is kept as {@link ownLayout} says. */
export async function openOwnBucket(
  connection: Parameters<typeof jetstreamManager>[0],
  name: string,
  options: Partial<KvOptions>,
): Promise<KV> {
  const kvm = new Kvm(jetstream(connection));
  const manager = await jetstreamManager(connection, { checkAPI: false });
  const isClustered = mayBeClustered(connection);
  const { num_replicas: replicas, metadata, placement } = await ownLayout(manager, isClustered);
  const create = () =>
    kvm.create(name, {
      ...options,
      replicas,
      metadata: { ...metadata, ...(isClustered ? makingMark() : {}) },
      ...(placement === undefined ? {} : { placement }),
    });
  if (!isClustered) return await create();
  try {
    return await create();
  } catch (error) {
    await madeByOther(manager, `KV_${name}`, error);
    // It is there now, and opened.
    return await create();
  }
}
