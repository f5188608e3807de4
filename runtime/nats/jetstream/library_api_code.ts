import { JetStreamApiError } from "@nats-io/jetstream";
import { API_CODE, apiErrorKind } from "./api_code.ts";

/** The number of an error of JetStream's API; undefined for all other errors, as those of the network. */
export function apiCode(error: unknown): number | undefined {
  return error instanceof JetStreamApiError ? error.code : undefined;
}

/** True when a conditional write came too late, whichever of its two numbers the server uses. */
export function isLostRace(error: unknown): boolean {
  const code = apiCode(error);
  return code !== undefined && apiErrorKind(code) === "lost_race";
}

/** The answer to a request; undefined when the stream, consumer or message that it is about is not there. */
export async function orGone<T>(request: Promise<T>): Promise<T | undefined> {
  try {
    return await request;
  } catch (error) {
    const code = apiCode(error);
    const isGone = code === API_CODE.streamNotFound || code === API_CODE.consumerNotFound ||
      code === API_CODE.noMessage;
    if (isGone) return undefined;
    throw error;
  }
}
