import { err, isErr, ok, type Result } from "../../contracts/result.ts";
import type { KVError } from "../kv/kv_error.ts";
import { deliver, type Delivered, type DeliveryOptions } from "./kv_delivery.ts";
import { linkError } from "./kv_errors.ts";
import type { KvStream } from "./kv_stream.ts";

/**
 * Reads, without their values, the messages that a stream holds: the newest of each key, or everything
 * from a sequence on. Messages that come meanwhile are read too, in order, so a key that is
 * overwritten during the scan is not missed. When a scan breaks, `restart` is called and it begins
 * again, until the deadline; while messages come, a scan may take longer than that.
 */
export async function scan(
  stream: KvStream,
  filter: string,
  start: DeliveryOptions["start"],
  deadline: number,
  visit: { restart(): void; message(delivered: Delivered): void },
): Promise<Result<void, KVError>> {
  for (;;) {
    visit.restart();
    const end = (await scanOnce(stream, { filter, start, headersOnly: true }, deadline, visit))
      .take();
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
  stream: KvStream,
  options: DeliveryOptions,
  deadline: number,
  visit: { message(delivered: Delivered): void },
): Promise<Result<ScanEnd, KVError>> {
  const { promise, resolve } = Promise.withResolvers<ScanEnd>();
  let progress = false;
  const delivery = (await deliver(stream, options, {
    message: (delivered) => {
      progress = true;
      visit.message(delivered);
      if (delivered.pending === 0) resolve("complete");
    },
    flow: (proceed) => proceed(),
    // Said only when all has been delivered.
    idle: () => resolve("complete"),
    broken: () => resolve("broken"),
  }, deadline)).take();
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
