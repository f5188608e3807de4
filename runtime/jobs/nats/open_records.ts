import { openKvBucket } from "../../kv/nats/open_typed_kv.ts";
import { inboxPrefix } from "../../nats/connection.ts";
import type { NatsMessaging } from "../../rpc/nats/nats_messaging.ts";
import { noRecords, type OpenRecords } from "../record_store.ts";

/** Opens the bucket at first use, and again when that failed. */
export function recordsOpener(
  { line: connection, session }: NatsMessaging,
  deployment: string,
  bucket: string | undefined,
): OpenRecords {
  let opened: ReturnType<OpenRecords> | undefined;
  const open = async (): ReturnType<OpenRecords> => {
    if (bucket === undefined) return noRecords(deployment);
    const result = await openKvBucket({
      connection,
      inboxPrefix: inboxPrefix(session),
      binding: { bucket, history: 1, ttlMs: 0 },
    });
    if (result.isErr()) opened = undefined;
    return result;
  };
  return () => opened ??= open();
}
