import type { JetStreamManager, StreamConfig, StreamInfo } from "@nats-io/jetstream";
import { isRecord } from "../../../contracts/json/json.ts";
import { MAKING_METADATA } from "../../../contracts/stored/work_names.ts";
import { Backoff } from "../backoff.ts";
import { freshToken } from "../session_token.ts";
import { API_CODE } from "./api_code.ts";
import { apiCode, orGone } from "./library_api_code.ts";

/** What makes streams. */
type Manager = Pick<JetStreamManager, "streams">;

/** Milliseconds within which a stream that another request makes is there. */
const MADE_MS = 5000;

/**
 * Makes a stream, or answers the one that is there if it is as it is asked for; of several who ask at once, all are
 * answered the one that was made.
 *
 * A cluster that is asked again for a stream, just as it is, answers it, and takes note of the request as well: a
 * server says that the stream was made when it was asked for first, and from its next start on, when it was asked for
 * last. Who compares the two takes it for a stream that was made again. So each request differs from all others, by
 * {@link makingMark}, and all but the first are refused.
 *
 * @param isClustered whether the server may belong to a cluster; others know one time
 */
export async function makeStream(
  manager: Manager,
  isClustered: boolean,
  config: Partial<StreamConfig> & Pick<StreamConfig, "name">,
): Promise<StreamInfo> {
  if (!isClustered) return await manager.streams.add(config);
  try {
    const metadata = { ...config.metadata, ...makingMark() };
    return await manager.streams.add({ ...config, metadata });
  } catch (error) {
    const made = await madeByOther(manager, config.name, error);
    if (holds(made.config, config)) return made;
    throw error;
  }
}

/** Metadata by which a request to make a stream differs from all others. */
export function makingMark(): Record<string, string> {
  return { [MAKING_METADATA]: freshToken(12) };
}

/** The stream for which ours was refused, once it is there; throws `error` if it was refused for anything else. */
export async function madeByOther(
  { streams }: Manager,
  name: string,
  error: unknown,
): Promise<StreamInfo> {
  if (apiCode(error) !== API_CODE.streamNameInUse) throw error;
  const backoff = new Backoff(performance.now() + MADE_MS);
  for (;;) {
    const made = await orGone(streams.info(name));
    if (made !== undefined) return made;
    if (!await backoff.pause()) throw error;
  }
}

/** Whether what is there has all that is wanted; the server adds to it, and has several words for nothing. */
function holds(found: unknown, wanted: unknown): boolean {
  if (wanted === undefined || Object.is(found, wanted)) return true;
  if (isRecord(found) && isRecord(wanted)) {
    return Object.entries(wanted).every(([key, member]) => holds(found[key], member));
  }
  if (isNothing(wanted)) return isNothing(found);
  return Array.isArray(found) && Array.isArray(wanted) && found.length === wanted.length &&
    wanted.every((member, place) => holds(found[place], member));
}

/** What the server leaves out, or means no limit by. */
function isNothing(value: unknown): boolean {
  if (Array.isArray(value)) return value.length === 0;
  if (isRecord(value)) return Object.values(value).every(isNothing);
  return typeof value === "number" ? value <= 0 : !value;
}
