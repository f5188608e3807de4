/**
 * How the queues of a service are named on NATS, the only home of these names: one stream for the queues of
 * its jobs and of its operations, and one bucket for the records of both.
 *
 * @module
 */
import { deploymentToken } from "./authority_records.ts";

/** What waits in a queue. */
export type QueueKind = "job" | "operation";

/** Where in its stream something stands. */
export interface QueuePlace {
  readonly kind: QueueKind;
  /** As {@link queueName} makes it. */
  readonly queue: string;
  /** Its priority: what is of class 0 is begun first. */
  readonly class: number;
  /** Where its key leads; 0 in queues without keys. */
  readonly lane: number;
  /** One token: its id; or what is made of its key, where others of the same key must not stand beside it. */
  readonly slot: string;
}

/** Lanes that keys are spread over. Each durable consumer of a queue with keys has some of them. */
export const KEY_LANES = 64;

/** The stream of a service's queues. */
export function jobStream(deployment: string): string {
  return `trellis_jobs_${deploymentToken(deployment)}`;
}

/** Everything in {@link jobStream}. */
export function jobSubjects(deployment: string): string {
  return `jobs.${deploymentToken(deployment)}.>`;
}

/** A queue or an operation as one token: `Report.Export` -> `Report_Export`. */
export function queueName(name: string): string {
  return name.replaceAll(".", "_");
}

/** Where what is to be worked on stands, and where what waits for its time stands beside it. */
export function placeSubject(
  deployment: string,
  state: "run" | "later",
  { kind, queue, class: priority, lane, slot }: QueuePlace,
): string {
  return `${queuePrefix(deployment, kind, queue)}.${state}.${priority}.${lane}.${slot}`;
}

/** All places of a slot, waiting for their time or not. */
export function slotSubjects(
  deployment: string,
  { kind, queue, slot }: Pick<QueuePlace, "kind" | "queue" | "slot">,
): string {
  return `${queuePrefix(deployment, kind, queue)}.*.*.*.${slot}`;
}

/** What a durable consumer of a queue gets; without `lane`, all lanes of the class. */
export function runFilter(
  deployment: string,
  kind: QueueKind,
  queue: string,
  priority: number,
  lane?: number,
): string {
  return `${queuePrefix(deployment, kind, queue)}.run.${priority}.${lane ?? "*"}.*`;
}

/** Where a schedule of a queue stands. */
export function scheduleSubject(deployment: string, queue: string, name: string): string {
  return `${queuePrefix(deployment, "job", queue)}.cron.${name}`;
}

/** The id of the job that a schedule creates at a time: `cron-nightly-20261130T030000Z`. */
export function cronJobId(schedule: string, tick: Date): string {
  return `${cronSlot(schedule)}-${tick.toISOString().replace(/\.\d+|[-:]/g, "")}`;
}

/** The slot in which the jobs of a schedule stand, and the record that keeps its last time. */
export function cronSlot(schedule: string): string {
  return `cron-${schedule}`;
}

/** Everything of a queue. */
export function queueSubjects(deployment: string, kind: QueueKind, queue: string): string {
  return `${queuePrefix(deployment, kind, queue)}.>`;
}

/** Reads what {@link placeSubject} made; undefined for anything else. */
export function parsePlace(
  subject: string,
): QueuePlace & { readonly state: "run" | "later" } | undefined {
  const [jobs, , kind, queue, state, priority, lane, slot, ...more] = subject.split(".");
  if (jobs !== "jobs" || more.length > 0 || !queue || !slot) return undefined;
  if (kind !== "job" && kind !== "operation") return undefined;
  if (state !== "run" && state !== "later") return undefined;
  return { state, kind, queue, class: Number(priority), lane: Number(lane), slot };
}

function queuePrefix(deployment: string, kind: QueueKind, queue: string): string {
  return `jobs.${deploymentToken(deployment)}.${kind}.${queue}`;
}

/** The KV bucket of the records of jobs and operations. */
export function recordsBucket(deployment: string): string {
  return `trellis_records_${deploymentToken(deployment)}`;
}

/** The key of a record in it; `id` is one token. */
export function recordKey(kind: QueueKind, queue: string, id: string): string {
  return `${kind}.${queue}.${id}`;
}

/** The key of what was sent to an operation, counted from 1. */
export function signalKey(queue: string, id: string, number: number): string {
  return `signal.${queue}.${id}.${number}`;
}

/** The stream in which starts are counted, for queues with a rate. */
export function ratesStream(deployment: string): string {
  return `trellis_rates_${deploymentToken(deployment)}`;
}

/** Everything in {@link ratesStream}. */
export function ratesSubjects(deployment: string): string {
  return `rates.${deploymentToken(deployment)}.>`;
}

/** Where the starts of one window are counted; `key` is one token, `-` for the whole queue. */
export function rateSubject(
  deployment: string,
  queue: string,
  key: string,
  window: number,
): string {
  return `rates.${deploymentToken(deployment)}.${queue}.${key}.${window}`;
}

/** Whether it is the filter of a durable consumer that gets nothing new; nothing is ever queued there. */
export function isHeldFilter(filter: string): boolean {
  return filter.split(".")[3] === "held";
}
