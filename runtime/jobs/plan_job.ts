import { ulid } from "ulid";
import { ValidationError, type ValidationIssue } from "../../contracts/errors/validation_error.ts";
import { jsonMisfit } from "../../contracts/json/json_fit.ts";
import { err, ok, type Result } from "../../contracts/result.ts";
import type { CreateJobOptions } from "./job_types.ts";
import type { JobSurface } from "./job_surface.ts";
import type { EntryMarks, PlacedEntry, QueueEntry } from "./queue_entry.ts";
import { keyAt, laneOf } from "../../contracts/stored/key_lane.ts";
import { idInSlot, keySlot, uniqueSlot } from "./queue_key.ts";
import { DEFAULT_PAYLOAD_VERSION } from "../../contracts/manifest/names.ts";

/** What stands for an id in subjects and keys. */
const ID = /^[A-Za-z0-9_-]{1,128}$/;

/** A job that is to be created. */
export interface JobPlan<Entry extends QueueEntry | PlacedEntry = QueueEntry | PlacedEntry> {
  /** The slots that it may stand in, in the order in which they are tried. */
  readonly slots: readonly string[];
  /** Whether nothing else may have its slot. */
  readonly isOnly: boolean;
  /** Whether it waits for a time, which not all servers can. */
  readonly isLater: boolean;
  /** What is put into the queue, in one of the slots. */
  readonly entry: (slot: string) => Entry;
}

/** By what a job is made, besides its payload. */
export interface JobMaking {
  readonly options: CreateJobOptions;
  readonly marks: EntryMarks;
  /** Milliseconds since 1970 by the clock of the server, where times are asked for. */
  readonly now: number;
  /** Its id unless one is given. */
  readonly newId?: () => string;
}

/** Decides what becomes of a payload and options: where the job stands, and when it begins and ends. */
export function planJob(
  surface: JobSurface,
  payload: unknown,
  { options, marks, now, newId = ulid }: JobMaking,
): Result<JobPlan<QueueEntry>, ValidationError> {
  const issues = payloadIssues(surface, payload);
  if (issues.length > 0) return refused(`the payload of ${surface.name}`, issues);
  const wrong = optionIssues(surface, options, now);
  if (wrong.length > 0) return refused(`the options of a job of ${surface.name}`, wrong);
  const { declared, payloadVersion } = surface;
  const { keyConcurrency, priorities } = declared;
  const { at, delayMs, deadlineMs = declared.defaultDeadlineMs, priority } = options;
  const runAt = at?.getTime() ?? now + (delayMs ?? 0);
  const isLater = runAt > now;
  const base = {
    class: priorities === undefined ? 0 : priority ?? 1,
    lane: keyConcurrency === undefined ? 0 : laneOf(keyAt(payload, keyConcurrency.key)),
    body: new TextEncoder().encode(JSON.stringify(payload)),
    createdAt: new Date(now).toISOString(),
    runAt: isLater ? new Date(runAt).toISOString() : undefined,
    deadline: deadlineMs === undefined ? undefined : new Date(now + deadlineMs).toISOString(),
    payloadVersion: payloadVersion === DEFAULT_PAYLOAD_VERSION ? undefined : payloadVersion,
    marks,
  };
  const keyed = keyedSlots(surface, payload);
  const own = options.id ?? newId();
  return ok({
    slots: keyed ?? [own],
    isOnly: keyed !== undefined,
    isLater,
    entry: (slot) => {
      const id = options.id ?? (keyed === undefined ? own : idInSlot(own, slot));
      return { ...base, id, slot };
    },
  });
}

function refused(subject: string, issues: readonly ValidationIssue[]) {
  return err(new ValidationError({ subject, issues }));
}

/** The slots that jobs with the key of a payload share; undefined where each has its own. */
export function keyedSlots(
  { declared: { unique, keyConcurrency, queue } }: Pick<JobSurface, "declared">,
  payload: unknown,
): readonly string[] | undefined {
  if (unique !== undefined) {
    const pointers = typeof unique === "string" ? [unique] : unique;
    return [uniqueSlot(pointers.map((pointer) => keyAt(payload, pointer)))];
  }
  const most = queue?.maxQueuedPerKey;
  if (most === undefined || keyConcurrency === undefined) return undefined;
  const key = keyAt(payload, keyConcurrency.key);
  return Array.from({ length: most }, (_, number) => keySlot(key, number));
}

function payloadIssues(
  { payload: validator }: JobSurface,
  payload: unknown,
): readonly ValidationIssue[] {
  if (!validator.check(payload)) return validator.issues(payload);
  const misfit = jsonMisfit(payload);
  return misfit === undefined ? [] : [misfit];
}

function optionIssues(
  { declared }: JobSurface,
  { id, delayMs, at, deadlineMs, priority = 0 }: CreateJobOptions,
  now: number,
): readonly ValidationIssue[] {
  const priorities: number = declared.priorities ?? 1;
  const issues: ValidationIssue[] = [];
  const add = (path: string, message: string) => issues.push({ path, message });
  if (id !== undefined && !ID.test(id)) {
    add("/id", "has 1 to 128 letters, digits, - and _");
  }
  if (delayMs !== undefined && !isDuration(delayMs, now)) {
    add("/delayMs", "is a number of milliseconds from 0 on");
  }
  if (at !== undefined && Number.isNaN(at.getTime())) add("/at", "is no time");
  if (at !== undefined && delayMs !== undefined) add("/at", "is given beside delayMs; give one");
  if (deadlineMs !== undefined && !(deadlineMs > 0 && isDuration(deadlineMs, now))) {
    add("/deadlineMs", "is a number of milliseconds above 0");
  }
  if (!Number.isInteger(priority) || priority < 0 || priority >= priorities) {
    add(
      "/priority",
      priorities === 1 ? "is not declared for this queue" : `is 0 to ${priorities - 1}`,
    );
  }
  return issues;
}

/** Whether it leads to a time that can be written. */
function isDuration(ms: number, now: number): boolean {
  return Number.isFinite(ms) && ms >= 0 && now + ms <= 8.64e15;
}
