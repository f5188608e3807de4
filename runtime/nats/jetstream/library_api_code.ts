import { JetStreamApiError } from "@nats-io/jetstream";
import { apiErrorKind } from "./api_code.ts";

/** The number of an error of JetStream's API; undefined for all other errors, as those of the network. */
export function apiCode(error: unknown): number | undefined {
  return error instanceof JetStreamApiError ? error.code : undefined;
}

/** True when a conditional write came too late, whichever of its two numbers the server uses. */
export function isLostRace(error: unknown): boolean {
  const code = apiCode(error);
  return code !== undefined && apiErrorKind(code) === "lost_race";
}
