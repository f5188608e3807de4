import type { NatsConnection } from "@nats-io/nats-core";
import { AUTHORITY_BUCKET } from "../../contracts/stored/authority_records.ts";
import { AUDIT_STREAM, HOLDINGS_BUCKET, USERS_BUCKET } from "../../contracts/stored/own_streams.ts";
import { SESSIONS_BUCKET } from "../../contracts/stored/session_record.ts";
import { orGone } from "../../runtime/nats/jetstream/library_api_code.ts";
import { managerOf } from "./buckets/jetstream_failure.ts";

/** Made when a secured server is used first, and before anything is recorded there. */
const BESIDE_RECORDS = [
  AUDIT_STREAM,
  ...[HOLDINGS_BUCKET, SESSIONS_BUCKET, USERS_BUCKET].map((bucket) => `KV_${bucket}`),
];

/**
 * The streams of Trellis that a secured server has had, as its records say, and has not any more: it was restored in
 * part, or somebody has deleted them. To be asked before they are made anew. Rejects when the server does not answer.
 */
export async function lostStreams(connection: NatsConnection): Promise<readonly string[]> {
  const { streams } = await managerOf(connection);
  const records = await orGone(streams.info(`KV_${AUTHORITY_BUCKET}`));
  if ((records?.state.last_seq ?? 0) === 0) return [];
  const found = await Promise.all(BESIDE_RECORDS.map((name) => orGone(streams.info(name))));
  return BESIDE_RECORDS.filter((_, at) => found[at] === undefined);
}
