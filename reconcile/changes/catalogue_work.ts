import type { Entries } from "./catalogue_entry.ts";
import type { CodesOf } from "./change_code.ts";

const safe = "safe";
const dangerous = "dangerous";

/** Words that hold for queues of jobs and for those of operations. */
const tries = (what: string) => ({
  severity: dangerous,
  title: `${what} is tried less often`,
  reason: "some may have been tried that often already",
  danger: "What waits for another try, and has had all that are left, becomes a dead letter.",
  wayOut: "Wait until none of them waits for another try, or retry the dead letters afterwards.",
} as const);
const keys = (what: string) => ({
  severity: dangerous,
  title: `${what} has its limits for other keys`,
  reason: "what waits already stands where its key before has led",
  danger: "Until what waits now is done, it and what is queued later may be in work at once, or " +
    "be queued twice, although their keys agree.",
  wayOut: "Stop queueing, let the queue run empty, then accept.",
} as const);

/** Changes of the queues of jobs and operations, and of the groups that consume events. */
export const workEntries: Entries<CodesOf<"job" | "operation" | "consumer">> = {
  "job.added": {
    severity: safe,
    title: "a job queue is added",
    reason: "a new queue holds no jobs yet",
  },
  "job.removed": {
    severity: dangerous,
    title: "a job queue is no longer asked for",
    reason: "jobs may be waiting in it",
    danger:
      "Jobs that wait, or that are to be tried again, are never worked on, unless the queue " +
      "comes back: they are kept, and so are its dead letters. Its schedules create no more.",
    wayOut:
      "Stop creating jobs, let the queue run empty, then remove it. Where it has another name now, " +
      "`trellis jobs move` puts what waits into the new one afterwards; `trellis jobs discard --waiting` " +
      "throws it away.",
  },
  "job.schedules.changed": {
    severity: safe,
    title: "jobs are created by the clock at other times",
    reason: "those that are there are worked on as before",
  },
  "job.version.migrated": {
    severity: safe,
    title: "jobs have a newer payload, and older ones are migrated",
    reason: "the version that waiting jobs have is among those that the handler migrates",
  },
  "job.version.dropped": {
    severity: dangerous,
    title: "jobs have a newer payload, and older ones are refused",
    reason: "jobs of the version before may be waiting, and it is not among `acceptedVersions`",
    danger:
      "Jobs that wait with the payload of before become dead letters, and no handler sees them.",
    wayOut: "Add the version before to `acceptedVersions`, and migrate it in the handler.",
  },
  "job.accepted.added": {
    severity: safe,
    title: "jobs of another older version are migrated",
    reason: "they would be refused without it",
  },
  "job.accepted.removed": {
    severity: dangerous,
    title: "jobs of an older version are no longer migrated",
    reason: "some of it may be waiting",
    danger: "Jobs of this version that still wait become dead letters, and no handler sees them.",
    wayOut: "Keep the version in `acceptedVersions` until none of it waits.",
  },
  "job.tries.decreased": tries("a job"),
  "job.key.changed": keys("a job queue"),
  "operation.settings.changed": {
    severity: safe,
    title: "an operation works at another pace",
    reason: "no work is lost by it",
  },
  "operation.tries.decreased": tries("the work of an operation"),
  "operation.key.changed": keys("an operation"),
  "job.settings.changed": {
    severity: safe,
    title: "a job queue works at another pace",
    reason: "no job is lost by it",
  },
  "job.dlq.removed": {
    severity: dangerous,
    title: "jobs that failed for good are no longer kept",
    reason: "what failed can then no longer be looked at",
    danger: "A job that fails for the last time is gone, with its payload.",
    wayOut: "Keep `dlq: true`, or handle the failure in the job itself.",
  },
  "consumer.added": {
    severity: safe,
    title: "a group consumes events",
    reason: "events are not taken from any other group",
  },
  "consumer.removed": {
    severity: dangerous,
    title: "a group no longer consumes events",
    reason: "events may be waiting for it",
    danger: "Events that the group has not finished are never handled, and where it stood is " +
      "forgotten. Its dead letters stay.",
    wayOut:
      "If the group was renamed, say `renamedFrom` in the new one: it goes on where it stood. Otherwise " +
      "let the group catch up before it is removed.",
  },
  "consumer.renamed": {
    severity: dangerous,
    title: "a group gets another name",
    reason: "older code of the service does not find the group under its new name",
    danger:
      "The group goes on where it stood, but instances that still run the old contract handle " +
      "none of its events once this is reconciled.",
    wayOut: "Stop or update every instance of the old contract, then accept.",
  },
  "consumer.event.added": {
    severity: safe,
    title: "a group consumes another event",
    reason: "events are not taken from any other group",
  },
  "consumer.event.removed": {
    severity: dangerous,
    title: "a group no longer consumes an event",
    reason: "events of this name may be waiting for it",
    danger: "Events of this name that the group has not finished are never handled.",
    wayOut: "Let the group catch up with the event before it is removed.",
  },
  "consumer.settings.changed": {
    severity: safe,
    title: "a group works at another pace",
    reason: "no event is lost by it",
  },
  "consumer.ordering.changed": {
    severity: safe,
    title: "a group handles its events in another order",
    reason: "it goes on where it stood; events that are in work meanwhile may be handled twice",
  },
  "consumer.replay.changed": {
    severity: safe,
    title: "a group would start elsewhere if it was new",
    reason: "a group that is there goes on where it stands, whatever `replay` says",
  },
};
