import type { Result } from "../../contracts/result.ts";
import type { KVError } from "../kv/kv_error.ts";
import { Backoff } from "../nats/backoff.ts";

/** Milliseconds for which it is tried. */
const LAST_MS = 30_000;

/**
 * Writes how a job has ended, and again while that may help. Without it the job would be run once more, or be
 * waited for without end.
 */
export async function writeLast<T>(
  write: () => Promise<Result<T, KVError>>,
): Promise<Result<T, KVError>> {
  const backoff = new Backoff(performance.now() + LAST_MS);
  for (;;) {
    const written = await write();
    const mayPass = written.isErr() && isPassing(written.error);
    if (!mayPass || !await backoff.pause()) return written;
  }
}

function isPassing({ retryable, reason }: KVError): boolean {
  return retryable || reason === "unknown_outcome";
}
