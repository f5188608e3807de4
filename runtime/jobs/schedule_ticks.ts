import { isRecord, readJson } from "../../contracts/json/json.ts";
import { lastTick } from "../../contracts/schedule/cron.ts";
import type { ManifestSchedule } from "../../contracts/manifest/manifest.ts";
import { cronSlot, recordKey } from "../../contracts/stored/job_names.ts";
import type { TickRecord } from "../../contracts/stored/job_record.ts";
import { isErr } from "../../contracts/result.ts";
import type { KvBucket, WriteCondition } from "../kv/kv_bucket.ts";
import type { JobSurface } from "./job_surface.ts";
import type { ScheduledJobs } from "./queue_item.ts";
import type { OpenRecords } from "./record_store.ts";

/** How long the server may take to create the job of a time. */
const GRACE_MS = 10_000;

/** The times of a queue's schedules, as its records remember the last of each. */
export class ScheduleTicks {
  readonly #surface: JobSurface;
  readonly #open: OpenRecords;

  /** Nothing is asked before a job of a schedule has come. */
  constructor(surface: JobSurface, open: OpenRecords) {
    this.#surface = surface;
    this.#open = open;
  }

  /** How the jobs of schedules are read. */
  get scheduled(): ScheduledJobs {
    return {
      tickOf: (name, storedAt) => {
        const schedule = this.#schedule(name);
        const second = new Date(Math.floor(storedAt / 1000) * 1000);
        return (schedule && lastTick(schedule, new Date(storedAt))) ?? second;
      },
      deadlineMs: this.#surface.declared.defaultDeadlineMs,
    };
  }

  /** Whether a job may begin: another one of the same time may have been before. */
  async mayBegin(name: string, time: Date, sequence: number): Promise<boolean> {
    const bucket = (await this.#open()).take();
    if (isErr(bucket)) return true;
    const key = this.#key(name);
    for (;;) {
      const { record, when } = await this.#read(bucket, key);
      const tick = time.toISOString();
      if (record !== undefined && record.tick > tick) return true;
      if (record?.tick === tick && record.sequence > 0) return record.sequence === sequence;
      if (await this.#write(bucket, key, { tick, sequence }, when)) return true;
    }
  }

  /** The schedules whose last time has passed without a job, and these times; they count as seen by then. */
  async missed(
    now: number,
    create: (name: string, schedule: ManifestSchedule, time: Date) => Promise<boolean>,
  ): Promise<void> {
    const { schedules = {} } = this.#surface.declared;
    for (const [name, schedule] of Object.entries(schedules)) {
      if (schedule.catchUp !== "last") continue;
      const bucket = (await this.#open()).take();
      if (isErr(bucket)) return;
      const last = lastTick(schedule, new Date(now - GRACE_MS));
      if (last === undefined) continue;
      const key = this.#key(name);
      const { record, when } = await this.#read(bucket, key);
      const tick = last.toISOString();
      if (record !== undefined && record.tick >= tick) continue;
      // What has never been seen begins now.
      if (record !== undefined && !await create(name, schedule, last)) continue;
      if (record === undefined) await this.#write(bucket, key, { tick, sequence: 0 }, when);
    }
  }

  #schedule(name: string): ManifestSchedule | undefined {
    return this.#surface.declared.schedules?.[name];
  }

  #key(name: string): string {
    return recordKey("job", this.#surface.queue, cronSlot(name));
  }

  async #read(
    bucket: KvBucket,
    key: string,
  ): Promise<{ readonly record: TickRecord | undefined; readonly when: WriteCondition }> {
    const found = (await bucket.last(key)).take();
    if (isErr(found) || found === undefined || found.deleted) {
      return { record: undefined, when: { kind: "absent" } };
    }
    const when = { kind: "revision", revision: found.revision } as const;
    const value = readJson(new TextDecoder().decode(found.bytes));
    const isTick = isRecord(value) && typeof value.tick === "string" &&
      typeof value.sequence === "number";
    return { record: isTick ? value as object as TickRecord : undefined, when };
  }

  /** False when somebody else has written it. */
  async #write(
    bucket: KvBucket,
    key: string,
    record: TickRecord,
    when: WriteCondition,
  ): Promise<boolean> {
    const bytes = new TextEncoder().encode(JSON.stringify(record));
    const written = (await bucket.write(key, bytes, when)).take();
    if (!isErr(written)) return true;
    const { reason } = written.error;
    // What cannot be noted must not be lost.
    return reason !== "exists" && reason !== "revision_mismatch";
  }
}
