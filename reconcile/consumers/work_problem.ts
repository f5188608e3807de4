/** Why a group, a projection, a relay or a queue does not have what it needs. */
import type { ResourceProblem } from "../records/authority_record.ts";
import { SERVER_FEATURES } from "../../runtime/nats/features/server_features.ts";
import { changeText, type FieldChange } from "../resources/bucket.ts";
import type { ConsumedEvent } from "./consumed_events.ts";
import type { ConsumerRef } from "../resources/work_streams.ts";

/** A stream of the name is there, and says nothing of this deployment. */
export function foreignStream(
  resource: string,
  { name }: { readonly name: string },
): ResourceProblem {
  return problem(
    resource,
    "stream_not_ours",
    `the stream ${name} exists and was not made by Trellis for this deployment`,
    `move it away: nats stream rm ${name}`,
  );
}

/** A consumer of the name is there, and says nothing of this deployment. */
export function foreignConsumer(resource: string, { stream, name }: ConsumerRef): ResourceProblem {
  return problem(
    resource,
    "consumer_not_ours",
    `the consumer ${name} of ${stream} exists and was not made by Trellis for this deployment`,
    `remove it: nats consumer rm ${stream} ${name}; the next reconcile makes it again`,
  );
}

/** What the server does not let be changed. */
export function stuck(
  resource: string,
  what: string,
  changes: readonly FieldChange[],
): ResourceProblem {
  return problem(
    resource,
    "stream_not_repairable",
    `the ${what} is not as it should be, and the server does not let it be changed: ${
      changes.map(changeText).join(", ")
    }`,
    "remove it and reconcile to have it made again",
  );
}

/** What is to be consumed is not there. */
export function noStream(resource: string, stream: string): ResourceProblem {
  return {
    ...problem(
      resource,
      "stream_missing",
      `there is no stream ${stream} to consume`,
      "it is made with what it belongs to; the next reconcile looks again",
    ),
    retryable: true,
  };
}

/** The stream of events was made again, and lanes hold events of the one before. */
export function notSettled(resource: string, stream: string, events: number): ResourceProblem {
  return {
    ...problem(
      resource,
      "copy_not_settled",
      `the stream of events was made again, and ${stream} holds ${events} of the events before, ` +
        "which are handled first",
      "a service that handles them must run; what was published since follows then",
    ),
    retryable: true,
  };
}

/** An event of a required contract that nobody has accepted. */
export function notAccepted(resource: string, { name, contract }: ConsumedEvent): ResourceProblem {
  return {
    ...problem(
      resource,
      "event_not_accepted",
      `the event ${name} of ${contract} is not accepted, so that nobody publishes it`,
      `accept ${contract} first; what else there is to consume is consumed meanwhile`,
    ),
    retryable: true,
  };
}

/** An event without params cannot be in order by its key. */
export function noKey(resource: string, { name, contract }: ConsumedEvent): ResourceProblem {
  return problem(
    resource,
    "event_without_key",
    `the event ${name}${contract === undefined ? "" : ` of ${contract}`} has no params, and with ` +
      'ordering "key" the first param is the key: it is not consumed',
    'consume it in another group, or with ordering "strict"',
  );
}

/** A queue cannot be given its consumers before what those of before have in work is done. */
export function moving(resource: string, inWork: number): ResourceProblem {
  return {
    ...problem(
      resource,
      "queue_moving",
      `nothing new is begun until what was begun before the change is done: ${inWork} in work`,
      "it goes on by itself; where no instance runs that could end it, start one",
    ),
    retryable: true,
  };
}

/** Schedules are not on the server as they were written. */
export function notScheduled(resource: string, names: readonly string[]): ResourceProblem {
  return {
    ...problem(
      resource,
      "schedule_missing",
      `the server does not have what was written to it: ${names.join(", ")}`,
      `it may be too old (${SERVER_FEATURES.schedules.since} is needed), or it was changed meanwhile`,
    ),
    retryable: true,
  };
}

/** Something is not as it was written. */
export function differs(
  resource: string,
  what: string,
  fields: readonly string[],
): ResourceProblem {
  return {
    ...problem(
      resource,
      "consumer_differs",
      `the ${what} does not have what was declared: ${fields.join(", ")}`,
      "the server may be too old (2.10 is needed), or it was changed meanwhile",
    ),
    retryable: true,
  };
}

function problem(resource: string, code: string, message: string, hint: string): ResourceProblem {
  return { resource, code, message, hint, retryable: false };
}
