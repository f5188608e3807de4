import { ConnectionGate } from "../../runtime/nats/connection_gate.ts";
import type { Buckets } from "../resources/buckets.ts";
import { managerOf } from "./buckets/jetstream_failure.ts";
import { NatsBuckets } from "./buckets/nats_buckets.ts";

/** The KV buckets and stores of a NATS server, to look at. The connection must be allowed to. */
export async function bucketsToRead(
  connection: Parameters<typeof managerOf>[0],
): Promise<Pick<Buckets, "read">> {
  return new NatsBuckets(await managerOf(connection), new ConnectionGate(connection));
}
