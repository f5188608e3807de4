import {
  jobStream,
  placeSubject,
  rateSubject,
  recordKey,
  recordsBucket,
  scheduleSubject,
} from "../../contracts/stored/job_names.ts";
import { deadSubject, durableName } from "../../contracts/stored/work_names.ts";

/** Putting into the queues of a service, taking out of them, and giving up in its name. */
export function queuesOf(deployment: string): readonly string[] {
  const stream = jobStream(deployment);
  const consumer = durableName("job", deployment, "a", 0);
  const place = { queue: "a", class: 0, lane: 0, slot: "a" };
  return [
    ...(["job", "operation"] as const).flatMap((kind) => [
      placeSubject(deployment, "run", { kind, ...place }),
      placeSubject(deployment, "later", { kind, ...place }),
      deadSubject(deployment, kind, "a", "a"),
      `$KV.${recordsBucket(deployment)}.${recordKey(kind, "a", "a")}`,
    ]),
    scheduleSubject(deployment, "a", "a"),
    rateSubject(deployment, "a", "-", 1),
    `$JS.API.STREAM.MSG.DELETE.${stream}`,
    `$JS.API.STREAM.PURGE.${stream}`,
    `$JS.API.DIRECT.GET.${stream}`,
    `$JS.API.CONSUMER.MSG.NEXT.${stream}.${consumer}`,
    `$JS.ACK.${stream}.${consumer}.1.1.1.1.1`,
  ];
}
