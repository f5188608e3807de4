/** Checks how work is queued: the queues of jobs, and those behind operations. */

import { isRecord } from "../json/json.ts";
import { parsePointer } from "../json/json_pointer.ts";
import { InterpretedValidator } from "../schema/interpreted_validator.ts";
import { checkSchema } from "../schema/declared/schema_check.ts";
import { cronProblem } from "../schedule/cron.ts";
import { DEFAULT_PAYLOAD_VERSION, isAlias, isVersion } from "./names.ts";
import { mayHold } from "./may_hold.ts";
import type { Shape } from "./shape.ts";

const MAX_INT32 = 2_147_483_647;
const HUNDRED_YEARS_MS = 3_155_760_000_000;
/** Nobody means more; the server keeps account of each. */
const MOST_AT_ONCE = 65_536;
/** Each waiting job of a key is looked for by itself. */
const MOST_QUEUED = 16;
const DAY_MS = 86_400_000;

/** Reports what cannot be meant in a queue of jobs; references are looked at elsewhere. */
export function checkJob(root: Shape, job: Shape): void {
  if (!isRecord(job.value)) return;
  const pointed = root.member("schemas").member(textOf(job.member("payload").member("schema")));
  checkQueue(job, pointed);
  job.member("defaultDeadlineMs").integer(1, HUNDRED_YEARS_MS);
  for (const flag of ["progress", "logs", "dlq"]) job.member(flag).oneOf([true, false]);
  job.member("priorities").oneOf([2, 3]);
  // A server keeps whole seconds.
  const keepMs = job.member("keepMs");
  for (const name of ["done", "dead"]) keepMs.member(name).integer(1000, HUNDRED_YEARS_MS);
  checkUnique(job, pointed);
  checkWaiting(job);
  checkRate(job.member("rate"), pointed);
  checkVersions(job);
  for (const [, schedule] of job.member("schedules").entries("schedule", isAlias)) {
    checkSchedule(schedule, pointed);
  }
}

/** Reports what cannot be meant in an operation, or in the queue behind it. */
export function checkOperation(root: Shape, name: string, operation: Shape): void {
  if (/(?:^|\.)control$/i.test(name)) {
    operation.report(
      "surface.collision",
      `"${name}" ends as the subjects that control operations do`,
      "give it another last part",
    );
  }
  const work = operation.member("work");
  if (!isRecord(work.value)) return;
  const input = textOf(operation.member("input").member("schema"));
  checkQueue(work, root.member("schemas").member(input));
  work.member("deadlineMs").integer(1, HUNDRED_YEARS_MS);
  work.member("keepMs").integer(1000, HUNDRED_YEARS_MS);
}

function checkQueue(queue: Shape, pointed: Shape): void {
  queue.member("concurrency").integer(1, MOST_AT_ONCE);
  queue.member("maxDeliver").integer(1, MAX_INT32);
  // A worker tells the server three times within it that it is at work.
  queue.member("ackWaitMs").integer(100, DAY_MS);
  for (const wait of queue.member("backoffMs").items()) wait.integer(0, MAX_INT32);
  const keyed = queue.member("keyConcurrency");
  if (!isRecord(keyed.value)) return;
  checkPointer(keyed.member("key"), pointed);
  const maxActive = keyed.member("maxActive");
  maxActive.integer(1, MOST_AT_ONCE);
  keyed.member("ordering").oneOf(["strict"]);
  const atOnce = maxActive.value ?? 1;
  const concurrency = queue.member("concurrency").value;
  if (typeof atOnce !== "number") return;
  if (typeof concurrency === "number" && concurrency < atOnce) {
    maxActive.report(
      "value.range",
      `is ${atOnce}, and no more than ${concurrency} are in work at all`,
      "raise concurrency",
    );
  }
  if (keyed.member("ordering").value === "strict" && atOnce !== 1) {
    maxActive.report(
      "shape",
      'does not go with ordering "strict", which has one of a key in work at a time',
      "remove one of the two",
    );
  }
}

function checkUnique(job: Shape, pointed: Shape): void {
  const unique = job.member("unique");
  if (unique.absent) return;
  if (!Array.isArray(unique.value)) return checkPointer(unique, pointed);
  if (unique.value.length === 0) {
    unique.report("shape", "names nothing", "point at what jobs must not have in common");
  }
  for (const item of unique.items()) checkPointer(item, pointed);
}

/** How many may wait is said of a key, and a queue without keys has none. */
function checkWaiting(job: Shape): void {
  const queue = job.member("queue");
  if (!isRecord(queue.value)) return;
  const most = queue.member("maxQueuedPerKey");
  most.integer(1, MOST_QUEUED);
  queue.member("whenFull").oneOf(["reject", "coalesce", "replace-oldest"]);
  const isUnique = !job.member("unique").absent;
  if (!isUnique && job.member("keyConcurrency").absent) {
    queue.report(
      "shape",
      "limits how many of one key wait, and there is no key",
      "add unique or keyConcurrency",
    );
  } else if (!isUnique && most.absent) {
    queue.report("shape", "limits nothing", "add maxQueuedPerKey");
  } else if (isUnique && !most.absent && most.value !== 1) {
    most.report("shape", "is 1 with unique", "remove it, or use keyConcurrency alone");
  }
}

function checkRate(rate: Shape, pointed: Shape): void {
  if (!isRecord(rate.value)) return;
  rate.member("limit").integer(1, MAX_INT32);
  // A window ends at a whole multiple of it, and the clocks of two workers differ.
  rate.member("perMs").integer(100, DAY_MS);
  if (!rate.member("key").absent) checkPointer(rate.member("key"), pointed);
}

function checkVersions(job: Shape): void {
  const version = job.member("payloadVersion");
  if (!version.absent && !(typeof version.value === "string" && isVersion(version.value))) {
    version.report("shape", "is not a version", 'use "v2"');
  }
  const current = version.value ?? DEFAULT_PAYLOAD_VERSION;
  for (const [name, at] of job.member("acceptedVersions").entries("version", isVersion)) {
    if (name !== current) continue;
    at.report(
      "state.version",
      `is the version that is written now: ${JSON.stringify(name)}`,
      "leave it out, or give the new shape a payloadVersion of its own",
    );
  }
}

function checkSchedule(schedule: Shape, payloads: Shape): void {
  if (!schedule.object()) return;
  schedule.member("catchUp").oneOf(["none", "last"]);
  const cron = schedule.member("cron").text(
    'name the times: "0 0 3 * * *" is every night at three',
  );
  const timeZone = schedule.member("timeZone").optionalText('use a name as "Europe/Berlin"');
  const payload = schedule.member("payload");
  if (cron !== undefined) {
    const problem = cronProblem(timeZone === undefined ? { cron } : { cron, timeZone });
    if (problem !== undefined) {
      const fix = problem.member === "cron"
        ? "use second, minute, hour, day of month, month and day of week, with * , - and /"
        : 'use a name as "Europe/Berlin"';
      schedule.member(problem.member).report("shape", problem.message, fix);
    }
  }
  if (payload.absent || !isSchema(payloads.value)) return;
  const [misfit] = new InterpretedValidator(payloads.value).issues(payload.value);
  if (misfit === undefined) return;
  payload.report(
    "shape",
    `does not fit the schema of the queue: ${
      misfit.path === "" ? "it" : misfit.path
    } ${misfit.message}`,
    "give what each job is to be given",
  );
}

function checkPointer(at: Shape, pointed: Shape): void {
  const pointer = at.text('use a JSON pointer into the payload: "/tenantId"');
  if (pointer === undefined) return;
  const tokens = parsePointer(pointer);
  if (tokens === undefined || tokens.length === 0) {
    at.report("param.unknown", "is not a JSON pointer", 'start it with "/": "/tenantId"');
  } else if (isSchema(pointed.value) && !mayHold(pointed.value, tokens)) {
    at.report(
      "param.unknown",
      `${pointer} names no property of what is queued`,
      "point at a property that is declared there",
    );
  }
}

/** What is wrong with a schema itself is reported where it stands. */
function isSchema(value: unknown): value is object | boolean {
  return value !== undefined && checkSchema(value).length === 0;
}

function textOf({ value }: Shape): string {
  return typeof value === "string" ? value : "";
}
