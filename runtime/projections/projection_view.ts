import type { ProjectionBinding } from "../../contracts/stored/bindings.ts";
import type { TypedKV } from "../kv/typed_kv.ts";
import { inboxPrefix } from "../nats/connection.ts";
import { JetStreamRequests } from "../nats/jetstream/jetstream_requests.ts";
import type { NatsMessaging } from "../rpc/nats/nats_messaging.ts";
import { consumerProgress } from "./consumer_progress.ts";
import type { ProjectionView } from "./projected_kv.ts";

/** A bucket that was opened, and how far the consumer is that fills it. */
export function projectionView<T>(
  kv: TypedKV<T>,
  { line, session }: Pick<NatsMessaging, "line" | "session">,
  { stream, consumer }: Pick<ProjectionBinding, "stream" | "consumer">,
): ProjectionView<T> {
  const requests = JetStreamRequests.of(line, inboxPrefix(session));
  return { kv, progress: () => consumerProgress(requests, { stream, consumer }) };
}
