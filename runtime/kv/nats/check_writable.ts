import { type NatsConnection, nuid } from "@nats-io/nats-core";
import { err, ok, type Result } from "../../../contracts/result.ts";
import { readPublishAck } from "../../nats/jetstream/api_answer.ts";
import type { Line } from "../../nats/line.ts";
import { JetStreamRequests } from "../../nats/jetstream/jetstream_requests.ts";
import type { KVError } from "../kv_error.ts";
import { BucketStream } from "./bucket_stream.ts";
import { kvError, kvFailure } from "./kv_failure.ts";
import { writeHeaders } from "./stored_revision.ts";

/** Where the attempt is stored, as a deletion marker: no key, so no reader asks for it. */
export const PROBE_KEY = "~writable";

/** How long an acknowledgement may take, in milliseconds; shorter than a check of health. */
const ACKNOWLEDGED_MS = 1500;

/** Which bucket is checked. */
export interface CheckedBucket {
  /** An open connection, or a line of them. */
  readonly connection: NatsConnection | Line;
  /** The `inboxPrefix` of that connection. */
  readonly inboxPrefix: string;
  /** Physical bucket name. */
  readonly bucket: string;
}

/** Whether a bucket takes writes; a full disk answers reads and never acknowledges a write. */
export async function checkWritable(
  { connection, inboxPrefix, bucket }: CheckedBucket,
): Promise<Result<void, KVError>> {
  const stream = new BucketStream(JetStreamRequests.of(connection, inboxPrefix), bucket);
  const { api, subjectPrefix } = stream;
  const deadline = performance.now() + ACKNOWLEDGED_MS;
  const headers = writeHeaders(nuid.next(), undefined, true);
  const answer = await api.requests.request(subjectPrefix + PROBE_KEY, "", deadline, headers);
  const ack = readPublishAck(answer);
  if (!ack.isErr()) return ok();
  if (ack.error.kind === "timeout") {
    const what = "the server has not acknowledged a write; check that its disk is not full or " +
      "read-only";
    return err(kvError({ reason: "timeout", what }, stream.context("writing to")));
  }
  if (ack.error.kind === "no_responders") {
    // Either the bucket is missing, or JetStream is.
    const info = await stream.info(deadline);
    if (info.isErr()) return err(info.error);
  }
  return err(kvFailure(ack.error, stream.context("writing to")));
}
