import { isErr, ok, type Result } from "../../contracts/result.ts";
import { deadStream, deadSubject, type WorkKind } from "../../contracts/stored/work_names.ts";
import type { ApiFailure } from "../../runtime/nats/jetstream/api_answer.ts";
import type { JetStreamRequests } from "../../runtime/nats/jetstream/jetstream_requests.ts";
import type { StoredMessage } from "../../runtime/nats/jetstream/stored_message.ts";
import { StreamApi } from "../../runtime/nats/jetstream/stream_api.ts";
import { againMessage, type AgainPlace } from "../letters/again_message.ts";
import { readLetter } from "../letters/letter.ts";
import { newestMessages } from "./newest_messages.ts";

/** The last dead letters of a queue or a group, as they would be tried again. */
export async function deadMessages(
  requests: JetStreamRequests,
  kind: WorkKind,
  place: Omit<AgainPlace, "letters">,
  most: number,
): Promise<Result<readonly StoredMessage[], ApiFailure>> {
  const stream = new StreamApi(requests, deadStream(place.deployment));
  const letters = deadSubject(place.deployment, kind, place.stored, "*");
  const given = (await newestMessages(stream, letters, most)).take();
  if (isErr(given)) return given;
  return ok(given.flatMap((message) => {
    const letter = readLetter(message);
    if (letter === undefined) return [];
    const again = againMessage(letter, { ...place, letters: stream.name }, Date.now());
    const headers = new TextDecoder().decode(again.headers);
    return [{ ...message, subject: again.subject, headers, data: again.body }];
  }));
}
