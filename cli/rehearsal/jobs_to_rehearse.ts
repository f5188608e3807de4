import { isErr, ok, type Result } from "../../contracts/result.ts";
import { jobStream, queueName, queueSubjects } from "../../contracts/stored/job_names.ts";
import type { ApiFailure } from "../../runtime/nats/jetstream/api_answer.ts";
import type { JetStreamRequests } from "../../runtime/nats/jetstream/jetstream_requests.ts";
import type { StoredMessage } from "../../runtime/nats/jetstream/stored_message.ts";
import { StreamApi } from "../../runtime/nats/jetstream/stream_api.ts";
import { deadMessages } from "./dead_messages.ts";
import { newestMessages } from "./newest_messages.ts";

/** The last jobs of a queue that left a message: those that stand in it, and dead ones as they would be tried again. */
export async function jobsToRehearse(
  requests: JetStreamRequests,
  { deployment, queue, classes, most }: {
    readonly deployment: string;
    /** As its contract calls it. */
    readonly queue: string;
    /** Classes of priority that it has. */
    readonly classes: number;
    readonly most: number;
  },
): Promise<Result<readonly StoredMessage[], ApiFailure>> {
  const stored = queueName(queue);
  const jobs = new StreamApi(requests, jobStream(deployment));
  const subjects = queueSubjects(deployment, "job", stored).replace(/>$/, "*.*.*.*");
  const waiting = (await newestMessages(jobs, subjects, most)).take();
  if (isErr(waiting)) return waiting;
  const dead = (await deadMessages(requests, "job", { deployment, stored, classes }, most)).take();
  if (isErr(dead)) return dead;
  const all = [...waiting, ...dead].sort((a, b) => a.writtenAt - b.writtenAt);
  return ok(all.slice(-most));
}
