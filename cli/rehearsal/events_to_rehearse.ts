import { err, isErr, ok, type Result } from "../../contracts/result.ts";
import type { GroupBinding } from "../../contracts/stored/bindings.ts";
import { againSubject, laterSubject } from "../../contracts/stored/work_names.ts";
import type { ApiFailure } from "../../runtime/nats/jetstream/api_answer.ts";
import {
  type ConsumerState,
  readConsumerState,
} from "../../runtime/nats/jetstream/consumer_state.ts";
import { headerValue } from "../../runtime/nats/headers/received_headers.ts";
import type { JetStreamRequests } from "../../runtime/nats/jetstream/jetstream_requests.ts";
import { SCHEDULE_TARGET_HEADER } from "../../runtime/nats/jetstream/publish_headers.ts";
import type { StoredMessage } from "../../runtime/nats/jetstream/stored_message.ts";
import { StreamApi } from "../../runtime/nats/jetstream/stream_api.ts";
import { deadMessages } from "./dead_messages.ts";
import { newestMessages } from "./newest_messages.ts";

/** Milliseconds for one question. */
const ANSWER_MS = 5000;

/** The last events that a group has not handled: those that wait, and dead ones as they would be tried again. */
export async function eventsToRehearse(
  requests: JetStreamRequests,
  { deployment, stored, binding, most }: {
    readonly deployment: string;
    /** Its name on the server. */
    readonly stored: string;
    readonly binding: GroupBinding;
    readonly most: number;
  },
): Promise<Result<readonly StoredMessage[], ApiFailure>> {
  const { stream, consumers, later } = binding;
  const api = new StreamApi(requests, stream);
  const all: StoredMessage[] = [];
  for (const consumer of consumers) {
    const state = (await stateOf(api, consumer)).take();
    if (isErr(state)) return state;
    for (const filter of state.filters) {
      const waiting = (await newestMessages(api, filter, most, state.ackedSequence)).take();
      if (isErr(waiting)) return waiting;
      all.push(...waiting);
    }
  }
  for (const subjectOf of [laterSubject, againSubject]) {
    if (later === undefined) break;
    const parking = new StreamApi(requests, later.stream);
    const parked = (await newestMessages(parking, subjectOf(deployment, stored, "*"), most)).take();
    if (isErr(parked)) return parked;
    // As what it is when its time has come.
    all.push(...parked.map((message) => ({
      ...message,
      subject: headerValue(message.headers, SCHEDULE_TARGET_HEADER) ?? message.subject,
    })));
  }
  const place = { deployment, stored, classes: 1 };
  const dead = (await deadMessages(requests, "group", place, most)).take();
  if (isErr(dead)) return dead;
  return ok([...all, ...dead].sort((a, b) => a.writtenAt - b.writtenAt).slice(-most));
}

async function stateOf(
  api: StreamApi,
  consumer: string,
): Promise<Result<ConsumerState, ApiFailure>> {
  const subject = `$JS.API.CONSUMER.INFO.${api.name}.${consumer}`;
  const answer = await api.ask(subject, "", performance.now() + ANSWER_MS);
  return answer.andThen((info) => {
    const state = readConsumerState(info);
    return state === undefined ? err({ kind: "malformed" }) : ok(state);
  });
}
