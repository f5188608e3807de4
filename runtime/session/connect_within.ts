import type { TransportError, TransportErrorCode } from "../../contracts/errors/transport_error.ts";
import type { Result } from "../../contracts/result.ts";
import { Backoff } from "../nats/backoff.ts";

/**
 * Connects, and again until the time is over while something is missing that may still come.
 *
 * @param connect gets the milliseconds that are left
 */
export async function connectWithin<T>(
  waitMs: number,
  mayCome: readonly TransportErrorCode[],
  connect: (waitMs: number) => Promise<Result<T, TransportError>>,
): Promise<Result<T, TransportError>> {
  const deadline = performance.now() + waitMs;
  const backoff = new Backoff(deadline);
  for (;;) {
    const connected = await connect(Math.max(0, deadline - performance.now()));
    const missing = connected.isErr() && mayCome.includes(connected.error.code);
    if (!missing || !await backoff.pause()) return connected;
  }
}
