import { err, isErr, ok, type Result } from "../../../contracts/result.ts";
import type { KVError } from "../kv_error.ts";
import { deliver, type Delivered } from "./delivery.ts";
import { linkError } from "./kv_failure.ts";
import type { BucketStream } from "./bucket_stream.ts";

/** Which messages a scan reads. */
export type ScanRange =
  /** The newest of each key that passes a filter. */
  | { readonly filter: string }
  /** Everything between two sequences. */
  | { readonly from: number; readonly to: number };

/**
 * Reads messages without their values. When a scan breaks, it begins again, until the deadline; while
 * messages come, it may take longer than that. `visit` may be told of a message twice.
 *
 * A key that is overwritten while a scan runs moves to the end of the stream, where the scan may not
 * come. A caller who must miss no key compares with the keys that there are.
 */
export async function scan(
  stream: BucketStream,
  range: ScanRange,
  deadline: number,
  visit: (delivered: Delivered) => void,
): Promise<Result<void, KVError>> {
  for (;;) {
    const end = (await scanOnce(stream, range, deadline, visit)).take();
    if (isErr(end)) return end;
    if (end === "complete") return ok();
    if (end === "late" || performance.now() >= deadline) {
      const place = { bucket: stream.bucket, doing: "listing" };
      return err(linkError({ kind: "timeout" }, place));
    }
  }
}

/** How a scan went. */
type ScanEnd = "complete" | "broken" | "late";

async function scanOnce(
  stream: BucketStream,
  range: ScanRange,
  deadline: number,
  visit: (delivered: Delivered) => void,
): Promise<Result<ScanEnd, KVError>> {
  const { promise, resolve } = Promise.withResolvers<ScanEnd>();
  const reaches = "to" in range
    ? ({ sequence }: Delivered) => sequence >= range.to
    : ({ pending }: Delivered) => pending === 0;
  let progress = false;
  const delivery = (await deliver(
    stream,
    "to" in range
      ? { filter: ">", start: { kind: "from", sequence: range.from }, headersOnly: true }
      : { filter: range.filter, start: { kind: "last" }, headersOnly: true },
    {
      message: (delivered) => {
        progress = true;
        visit(delivered);
        if (reaches(delivered)) resolve("complete");
      },
      flow: (proceed) => proceed(),
      // Said only when all has been delivered.
      idle: () => resolve("complete"),
      broken: () => resolve("broken"),
    },
    deadline,
  )).take();
  if (isErr(delivery)) return delivery;
  if (delivery.pending === 0) resolve("complete");
  const unlisten = stream.link.listen((event) => {
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
