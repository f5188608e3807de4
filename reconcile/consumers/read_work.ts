import { EVENT_STREAM } from "../../contracts/stored/event_stream.ts";
import { err, isErr, ok, type Result } from "../../contracts/result.ts";
import { queueSubjects, scheduleSubject } from "../../contracts/stored/job_names.ts";
import type { ByKey } from "../needs/need_types.ts";
import type { BoundWork } from "../records/authority_record.ts";
import type { BucketFailure } from "../resources/buckets.ts";
import type { WorkRow } from "./work_row.ts";
import type { WorkFound } from "./work_found.ts";
import {
  consumerKey,
  type ConsumerRef,
  type StoredWork,
  type WorkConsumerState,
  type WorkStreams,
  type WorkStreamState,
} from "../resources/work_streams.ts";

/** Reads everything that a decision about these rows needs to know about, and nothing else. */
export async function readWork(
  rows: readonly WorkRow[],
  known: ByKey<BoundWork>,
  port: WorkStreams,
): Promise<Result<WorkFound, BucketFailure>> {
  const refs = new Map<string, ConsumerRef>();
  for (const consumer of rows.flatMap(({ consumers }) => consumers)) {
    refs.set(consumerKey(consumer), consumer);
  }
  for (const key of Object.values(known).flatMap(({ consumers }) => Object.keys(consumers))) {
    const slash = key.indexOf("/");
    refs.set(key, { stream: key.slice(0, slash), name: key.slice(slash + 1) });
  }
  const names = new Set([
    ...rows.flatMap(({ streams }) => streams.map(({ name }) => name)),
    ...Object.values(known).flatMap(({ streams }) => Object.keys(streams)),
    ...[...refs.values()].map(({ stream }) => stream),
  ]);
  const streams = new Map<string, WorkStreamState>();
  const consumers = new Map<string, WorkConsumerState>();
  const resumes = new Map<string, number>();
  names.delete(EVENT_STREAM);
  const copies = await Promise.all([...names].map((name) => port.stream(name)));
  // Last, so that it has all that its copies have.
  for (const read of [...copies, await port.stream(EVENT_STREAM)]) {
    if (read.isErr()) return err(read.error);
    if (read.value !== undefined) streams.set(read.value.name, read.value);
  }
  const there = [...refs.values()].filter(({ stream }) => streams.has(stream));
  for (const read of await Promise.all(there.map((ref) => port.consumer(ref)))) {
    if (read.isErr()) return err(read.error);
    if (read.value !== undefined) consumers.set(consumerKey(read.value), read.value);
  }
  for (const stream of streams.values()) {
    if (stream.owner?.kind !== "group") continue;
    const lanes = [...consumers.values()].filter((consumer) => consumer.stream === stream.name);
    const expected = [...refs.values()].filter((ref) => ref.stream === stream.name);
    if (lanes.length < expected.length) continue;
    const next = await port.resumesAt(stream, lanes);
    if (next.isErr()) return err(next.error);
    resumes.set(stream.name, next.value);
  }
  const schedules = (await readSchedules([...streams.values()], port)).take();
  if (isErr(schedules)) return schedules;
  const declared = new Set(rows.map(({ place }) => place));
  const gone = Object.keys(known).filter((place) => !declared.has(place));
  const left = await readLeft(gone, [...streams.values()], port);
  return left.map((found) => ({ streams, consumers, resumes, schedules, left: found }));
}

/** The queues among these places in which something waits. */
async function readLeft(
  places: readonly string[],
  streams: readonly WorkStreamState[],
  port: WorkStreams,
): Promise<Result<ReadonlySet<string>, BucketFailure>> {
  const left = new Set<string>();
  const stream = streams.find(({ owner, messages }) => owner?.kind === "jobs" && messages > 0);
  for (const place of stream?.owner === undefined ? [] : places) {
    const [kind, queue = ""] = place.split("/");
    if (kind !== "job" && kind !== "operation") continue;
    const subjects = queueSubjects(stream!.owner!.deployment, kind, queue);
    const waiting = (await port.lastMessage(stream!.name, subjects)).take();
    if (isErr(waiting)) return waiting;
    if (waiting !== undefined) left.add(place);
  }
  return ok(left);
}

/** What the server repeats of the queues of a deployment, whatever declares it. */
async function readSchedules(
  streams: readonly WorkStreamState[],
  port: WorkStreams,
): Promise<Result<ReadonlyMap<string, StoredWork>, BucketFailure>> {
  const found = new Map<string, StoredWork>();
  for (const { name, owner, messages, settings } of streams) {
    if (owner?.kind !== "jobs" || !settings.schedules || messages === 0) continue;
    const subjects = (await port.subjects(name, scheduleSubject(owner.deployment, "*", "*")))
      .take();
    if (isErr(subjects)) return subjects;
    for (const subject of subjects) {
      const stored = (await port.lastMessage(name, subject)).take();
      if (isErr(stored)) return stored;
      if (stored !== undefined) found.set(subject, stored);
    }
  }
  return ok(found);
}
