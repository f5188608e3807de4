import { deploymentToken } from "../../contracts/stored/authority_records.ts";
import type { JsonObject } from "../../contracts/json/json.ts";
import {
  jobStream,
  KEY_LANES,
  type QueueKind,
  queueName,
  runFilter,
} from "../../contracts/stored/job_names.ts";
import { durableName } from "../../contracts/stored/work_names.ts";
import type { WorkConsumer, WorkOwner } from "../resources/work_streams.ts";
import { workKey, type WorkRow } from "./work_row.ts";
import { queueSettings } from "./queue_settings.ts";

/** Classes of priority that a queue can have at most. */
const MOST_CLASSES = 3;

/** The queue of a job, or of an operation: the durable consumers of its classes and lanes. Pure. */
export function queueRow(
  kind: QueueKind,
  name: string,
  declared: JsonObject,
  deployment: string,
): WorkRow {
  const queue = queueName(name);
  const settings = queueSettings(declared);
  const { classes, concurrency, ackWaitMs, keyed = { parts: 1, maxActive: concurrency } } =
    settings;
  const { parts, maxActive } = keyed;
  const owner: WorkOwner = { deployment, kind, name };
  const consumers = Array.from({ length: classes * parts }, (_, index): WorkConsumer => {
    const [priority, part] = [Math.floor(index / parts), index % parts];
    // The last one takes what was queued when there were more classes.
    const taken = priority === classes - 1
      ? Array.from({ length: MOST_CLASSES - priority }, (_, more) => priority + more)
      : [priority];
    const lanes = parts === 1
      ? [undefined]
      : Array.from({ length: KEY_LANES }, (_, lane) => lane).filter((lane) =>
        lane % parts === part
      );
    return {
      stream: jobStream(deployment),
      name: durableName(kind, deployment, queue, priority * KEY_LANES + part),
      owner,
      settings: {
        filters: taken.flatMap((one) =>
          lanes.map((lane) => runFilter(deployment, kind, queue, one, lane))
        ).sort(),
        ackWaitMs,
        maxAckPending: maxActive,
        ackAll: false,
      },
    };
  });
  const key = workKey(kind, name);
  return {
    key,
    kind,
    name,
    physical: queue,
    place: workKey(kind, queue),
    streams: [],
    consumers,
    replay: "all",
    queue: settings,
    missing: [],
    keyless: [],
  };
}

/** A filter of a durable consumer that gets nothing new; nothing is ever queued there. */
export function heldFilter({ name, owner }: Pick<WorkConsumer, "name" | "owner">): string {
  return `jobs.${deploymentToken(owner.deployment)}.${owner.kind}.held.${name}`;
}
