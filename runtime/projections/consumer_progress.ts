import { err, isErr, ok, type Result } from "../../contracts/result.ts";
import { kvFailure } from "../kv/nats/kv_failure.ts";
import type { KVError } from "../kv/kv_error.ts";
import { readApiAnswer } from "../nats/jetstream/api_answer.ts";
import { readConsumerState } from "../nats/jetstream/consumer_state.ts";
import type { JetStreamRequests } from "../nats/jetstream/jetstream_requests.ts";
import type { Progress } from "./projected_kv.ts";

/** Milliseconds for one question. */
const ANSWER_MS = 2000;

/** How far the durable consumer of a projection is. */
export async function consumerProgress(
  requests: JetStreamRequests,
  { stream, consumer }: { readonly stream: string; readonly consumer: string },
): Promise<Result<Progress, KVError>> {
  const subject = `$JS.API.CONSUMER.INFO.${stream}.${consumer}`;
  const answer = await requests.request(subject, "", performance.now() + ANSWER_MS);
  const info = readApiAnswer(answer).take();
  const state = isErr(info) ? undefined : readConsumerState(info);
  if (state === undefined) {
    const failure = isErr(info) ? info.error : { kind: "malformed" } as const;
    return err(kvFailure(failure, { resource: `consumer ${consumer}`, doing: "looking up" }));
  }
  const { ackedSequence, pending, unacknowledged } = state;
  return ok({ sequence: ackedSequence, isComplete: pending === 0 && unacknowledged === 0 });
}
