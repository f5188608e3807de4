import { isErr, ok, type Result } from "../../contracts/result.ts";
import type { ApiFailure } from "../../runtime/nats/jetstream/api_answer.ts";
import { API_CODE } from "../../runtime/nats/jetstream/api_code.ts";
import type { StoredMessage } from "../../runtime/nats/jetstream/stored_message.ts";
import type { StreamApi } from "../../runtime/nats/jetstream/stream_api.ts";

/** Milliseconds for one question. */
const ANSWER_MS = 5000;

/**
 * The last messages of a stream that pass a filter, oldest first, and none of one that is not there.
 *
 * @param after those up to this sequence are left out
 */
export async function newestMessages(
  stream: StreamApi,
  filter: string,
  most: number,
  after: number = 0,
): Promise<Result<readonly StoredMessage[], ApiFailure>> {
  const info = (await stream.info(performance.now() + ANSWER_MS)).take();
  if (isErr(info)) return isGone(info.error) ? ok([]) : info;
  const last = info.lastSequence;
  // A server reads forwards only: it is begun further in front until there are enough.
  let found: StoredMessage[] = [];
  for (let back = 4 * most, end = last; end > after; back *= 4) {
    const begin = Math.max(after + 1, last - back + 1);
    const earlier: StoredMessage[] = [];
    for (let from = begin; from <= end;) {
      const query = { next: filter, from };
      const message = (await stream.message(query, performance.now() + ANSWER_MS)).take();
      if (isErr(message)) return message;
      if (message === undefined || message.sequence > end) break;
      earlier.push(message);
      if (earlier.length > most) earlier.shift();
      from = message.sequence + 1;
    }
    found = [...earlier, ...found].slice(-most);
    if (found.length === most) break;
    end = begin - 1;
  }
  return ok(found);
}

function isGone(failure: ApiFailure): boolean {
  return failure.kind === "refused" && failure.code === API_CODE.streamNotFound;
}
