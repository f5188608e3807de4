import { isRecord, readJson } from "../../contracts/json/json.ts";
import { isErr, ok, type Result } from "../../contracts/result.ts";
import {
  cronSlot,
  jobStream,
  recordKey,
  recordsBucket,
  slotSubjects,
} from "../../contracts/stored/job_names.ts";
import type { BucketFailure } from "../resources/buckets.ts";
import type { WorkStreams } from "../resources/work_streams.ts";
import { missableTick, missedJob } from "./plan_schedules.ts";
import type { WorkAction } from "./work_action.ts";
import type { WorkFound } from "./work_found.ts";
import type { WorkRow } from "./work_row.ts";

/** The jobs that are to be made up, of schedules that the server has missed while it was down. */
export async function missedJobs(
  deployment: string,
  rows: readonly WorkRow[],
  found: WorkFound,
  streams: WorkStreams,
  now: Date,
): Promise<Result<readonly WorkAction[], BucketFailure>> {
  const missed: WorkAction[] = [];
  for (const { name: alias, schedules = [] } of rows) {
    for (const schedule of schedules) {
      const { queue, name, message } = schedule;
      const missable = missableTick(schedule, found.schedules.get(message.subject)?.at, now);
      if (missable === undefined) continue;
      const slot = cronSlot(name);
      const records = recordsBucket(deployment);
      const key = `$KV.${records}.${recordKey("job", queue, slot)}`;
      const record = (await streams.lastMessage(`KV_${records}`, key)).take();
      if (isErr(record)) return record;
      const last = (slot: string) =>
        streams.lastMessage(
          jobStream(deployment),
          slotSubjects(deployment, { kind: "job", queue, slot }),
        );
      const [waiting, madeUp] = [(await last(slot)).take(), (await last(missable.id)).take()];
      if (isErr(waiting)) return waiting;
      if (isErr(madeUp)) return madeUp;
      const job = madeUp !== undefined ? undefined : missedJob(schedule, missable, {
        seen: record === undefined ? undefined : tickOf(record.body),
        waiting: waiting?.at,
      }, now);
      if (job === undefined) continue;
      missed.push({
        kind: "make_up",
        subject: { kind: "job", alias, name },
        message: job,
      });
    }
  }
  return ok(missed);
}

function tickOf(body: string): Date | undefined {
  const value = readJson(body);
  return isRecord(value) && typeof value.tick === "string" ? new Date(value.tick) : undefined;
}
