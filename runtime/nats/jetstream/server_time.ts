import type { JetStreamRequests } from "./jetstream_requests.ts";
import { StreamApi } from "./stream_api.ts";

/** Milliseconds for which an answer counts. */
const FRESH_MS = 10 * 60 * 1000;
/** Milliseconds that the question may take. */
const ANSWER_MS = 2000;

/** The time as the server has it, in milliseconds since 1970. */
export interface ServerTime {
  /** Asks the server now and then. */
  (): Promise<number>;
  /** By what it has said last; the clock of this machine until it has said something. */
  readonly known: () => number;
}

/**
 * The time as the server has it, which decides when a schedule is due: the clock of this machine may be off, or
 * jump. Without an answer it is that clock's.
 *
 * @param bucket a KV bucket that this session may ask about
 * @param aheadMs what is added to it
 */
export function serverTime(
  requests: JetStreamRequests,
  bucket: string | undefined,
  aheadMs: () => number = () => 0,
): ServerTime {
  const stream = bucket === undefined ? undefined : new StreamApi(requests, `KV_${bucket}`);
  /** What to add to `performance.now()`, which never jumps. */
  let ahead: number | undefined;
  let askedAt = -Infinity;
  const known = () => {
    // What is stored has whole milliseconds.
    return (ahead === undefined ? Date.now() : Math.round(ahead + performance.now())) + aheadMs();
  };
  const ask = async () => {
    const now = performance.now();
    if (stream !== undefined && now - askedAt > FRESH_MS) {
      const info = await stream.info(now + ANSWER_MS);
      if (info.isOk() && Number.isFinite(info.value.at)) {
        askedAt = performance.now();
        ahead = info.value.at - askedAt;
      }
    }
    return known();
  };
  return Object.assign(ask, { known });
}
