import { jetstreamManager } from "@nats-io/jetstream";
import { mayBeClustered } from "../link/js_domain.ts";
import type { KvOptions } from "@nats-io/kv";
import { ownLayout } from "./own_layout.ts";

/** How a new bucket of Trellis' own is to be kept, as the library has it; see {@link ownLayout}. */
export async function ownBucketLayout(
  connection: Parameters<typeof jetstreamManager>[0],
): Promise<Partial<KvOptions>> {
  const isClustered = mayBeClustered(connection);
  const manager = await jetstreamManager(connection, { checkAPI: false });
  const { num_replicas: replicas, metadata, placement } = await ownLayout(manager, isClustered);
  return { replicas, metadata, ...(placement === undefined ? {} : { placement }) };
}
