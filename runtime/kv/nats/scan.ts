import { err, isErr, ok, type Result } from "../../../contracts/result.ts";
import type { ApiFailure } from "../../nats/jetstream/api_answer.ts";
import { type DeliveredMessage, PushDelivery } from "../../nats/jetstream/push_delivery.ts";
import type { KVError } from "../kv_error.ts";
import type { BucketStream } from "./bucket_stream.ts";
import { kvFailure } from "./kv_failure.ts";
import { isMarker } from "./stored_revision.ts";

/** Which messages a scan reads. */
export type ScanRange =
  /** The newest of each key that passes a filter; with `since`, all that is newer than that sequence. */
  | { readonly filter: string; readonly since?: number }
  /** Everything between two sequences. */
  | { readonly from: number; readonly to: number };

/** What a scan finds of a revision. */
export interface ScannedRevision {
  readonly key: string;
  /** Sequence in the stream. */
  readonly sequence: number;
  /** True for a deletion marker. */
  readonly deleted: boolean;
  /** Header block, "" when it has none. */
  readonly headers: string;
}

/**
 * Reads revisions without their values. When a scan breaks, it begins again, until the deadline; while
 * messages come, it may take longer than that. `visit` may be called twice for a revision.
 *
 * A key that is overwritten while a scan runs moves to the end of the stream, where the scan may not
 * come. A caller who must miss no key compares with the keys that there are.
 */
export async function scan(
  stream: BucketStream,
  range: ScanRange,
  deadline: number,
  visit: (revision: ScannedRevision) => void,
): Promise<Result<void, KVError>> {
  for (;;) {
    const end = (await scanOnce(stream, range, deadline, visit)).take();
    if (isErr(end)) return end;
    if (typeof end === "object") return err(kvFailure(end, stream.context("listing")));
    if (end === "complete") return ok();
    if (end === "late" || performance.now() >= deadline) {
      return err(kvFailure({ kind: "timeout" }, stream.context("listing")));
    }
  }
}

/** How a scan went; a failure where trying again is of no use. */
type ScanEnd = "complete" | "broken" | "late" | ApiFailure;

async function scanOnce(
  stream: BucketStream,
  range: ScanRange,
  deadline: number,
  visit: (revision: ScannedRevision) => void,
): Promise<Result<ScanEnd, KVError>> {
  const { api, subjectPrefix } = stream;
  const { promise, resolve } = Promise.withResolvers<ScanEnd>();
  const reaches = "to" in range
    ? ({ sequence, pending }: DeliveredMessage) => sequence >= range.to || pending === 0
    : ({ pending }: DeliveredMessage) => pending === 0;
  let progress = false;
  const delivery = new PushDelivery(api, {
    filter: subjectPrefix + ("to" in range ? ">" : range.filter),
    from: "to" in range ? range.from : range.since === undefined ? undefined : range.since + 1,
    headersOnly: true,
  }, {
    message: (delivered) => {
      progress = true;
      const { subject, sequence, headers } = delivered;
      const key = subject.slice(subjectPrefix.length);
      visit({ key, sequence, deleted: isMarker(headers), headers });
      if (reaches(delivered)) resolve("complete");
    },
    flow: (proceed) => proceed(),
    // Sent only when all has been delivered.
    idle: () => resolve("complete"),
    broken: (why) => resolve(why ?? "broken"),
  });
  const pending = (await delivery.start(deadline)).take();
  if (isErr(pending)) return err(kvFailure(pending.error, stream.context("listing")));
  if (pending === 0) resolve("complete");
  const unlisten = api.requests.listen((event) => {
    if (event.kind === "disconnected" || event.kind === "closed") resolve("broken");
  });
  const timer = setInterval(() => {
    if (!progress) resolve("late");
    progress = false;
  }, Math.max(1, deadline - performance.now()));
  try {
    return ok(await promise);
  } finally {
    clearInterval(timer);
    unlisten();
    delivery.stop();
  }
}
