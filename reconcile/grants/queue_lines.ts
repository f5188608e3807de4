import type { Bindings, QueueBinding } from "../../contracts/stored/bindings.ts";
import {
  jobSubjects,
  type QueueKind,
  queueName,
  ratesSubjects,
} from "../../contracts/stored/job_names.ts";
import { deploymentToken } from "../../contracts/stored/authority_records.ts";
import type { PermissionLine } from "./permission_line.ts";
import { bucketLines } from "./resource_lines.ts";
import { deadSubjects, literal, takeParts } from "./work_lines.ts";

/**
 * What a service publishes to queue work and to do it. The stream is that of all its queues: whoever may write
 * into it can reach everything in it.
 */
export function queueLines(
  { deployment, steps, records, rates, dead }: Bindings,
  kind: QueueKind,
  name: string,
  { stream }: QueueBinding,
  why: string,
): PermissionLine[] {
  literal(deploymentToken(deployment));
  const parts: Omit<PermissionLine, "why">[] = [
    { subject: jobSubjects(deployment), part: "queue it, and try it again later" },
    ...takeParts(stream, "*"),
    { subject: `$JS.API.STREAM.MSG.GET.${literal(stream)}`, part: "find what waits" },
    { subject: `$JS.API.CONSUMER.INFO.${literal(stream)}.*`, part: "see what is in work" },
    {
      subject: `$JS.API.CONSUMER.INFO.${literal(stream)}.*`,
      part: "see what was given to a worker",
    },
    { subject: `$JS.API.STREAM.MSG.DELETE.${literal(stream)}`, part: "take back what waits" },
    {
      subject: deadSubjects(deploymentToken(deployment), kind, queueName(name)),
      part: "keep dead letters",
    },
    ...(dead === undefined ? [] : [
      { subject: `$JS.API.STREAM.MSG.GET.${literal(dead)}`, part: "find dead letters" },
    ]),
    ...(rates === undefined ? [] : [{ subject: ratesSubjects(deployment), part: "count starts" }]),
  ];
  const buckets = [records, steps].flatMap((bucket) =>
    bucket === undefined ? [] : bucketLines({ bucket, history: 1, ttlMs: 0 }, why)
  );
  return [...parts.map(({ subject, ...rest }) => ({ subject, why, ...rest })), ...buckets];
}
