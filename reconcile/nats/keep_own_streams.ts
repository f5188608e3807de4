import type { JetStreamManager } from "@nats-io/jetstream";
import { AUTHORITY_BUCKET } from "../../contracts/stored/authority_records.ts";
import { EVENT_STREAM } from "../../contracts/stored/event_stream.ts";
import { SESSIONS_BUCKET } from "../../contracts/stored/session_record.ts";
import { STATE_BUCKET } from "../../contracts/stored/state_key.ts";
import { orGone } from "../../runtime/nats/jetstream/library_api_code.ts";
import type { FieldChange } from "../resources/bucket.ts";
import type { BucketFailure } from "../resources/buckets.ts";
import { layoutChanges, type StreamLayout } from "../resources/stream_layout.ts";
import { HOLDINGS_BUCKET } from "./access/nats_holding_store.ts";
import { AUDIT_STREAM } from "./audit/nats_audit_log.ts";
import { bucketFailure } from "./buckets/jetstream_failure.ts";
import { LEASE_STREAM } from "./nats_lease_store.ts";
import { ATTEMPTS_BUCKET, LOGINS_BUCKET } from "./users/nats_passing_records.ts";
import { USERS_BUCKET } from "./users/nats_user_store.ts";
import { foundLayout, laidOutAgain } from "./layout/laid_out.ts";

/** The records first: what is made new is kept as they are. */
const OWN_STREAMS: readonly string[] = [
  `KV_${AUTHORITY_BUCKET}`,
  EVENT_STREAM,
  `KV_${SESSIONS_BUCKET}`,
  `KV_${USERS_BUCKET}`,
  `KV_${HOLDINGS_BUCKET}`,
  `KV_${STATE_BUCKET}`,
  `KV_${LOGINS_BUCKET.name}`,
  `KV_${ATTEMPTS_BUCKET.name}`,
  AUDIT_STREAM,
  LEASE_STREAM,
];

/** What became of Trellis' own streams. */
export interface OwnStreamsKept {
  readonly changed: readonly {
    readonly stream: string;
    readonly changes: readonly FieldChange[];
  }[];
  readonly failures: readonly BucketFailure[];
}

/** Keeps Trellis' own streams as they are to be kept; those that are not there are made by others. */
export async function keepOwnStreams(
  { streams }: Pick<JetStreamManager, "streams">,
  layout: StreamLayout,
  isClustered: boolean,
): Promise<OwnStreamsKept> {
  const changed: OwnStreamsKept["changed"][number][] = [];
  const failures: BucketFailure[] = [];
  for (const stream of OWN_STREAMS) {
    try {
      const config = (await orGone(streams.info(stream)))?.config;
      const changes = config === undefined ? [] : layoutChanges(layout, foundLayout(config));
      if (config === undefined || changes.length === 0) continue;
      for (const next of laidOutAgain(config, layout, config, isClustered)) {
        await streams.update(stream, next);
      }
      changed.push({ stream, changes });
    } catch (error) {
      failures.push(bucketFailure(error, `update the stream ${stream}`));
    }
  }
  return { changed, failures };
}
