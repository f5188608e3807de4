import type { Entries } from "./catalogue_entry.ts";
import type { CodesOf } from "./change_code.ts";

const safe = "safe";
const dangerous = "dangerous";

/** Changes of job queues and of the groups that consume events. */
export const workEntries: Entries<CodesOf<"job" | "consumer">> = {
  "job.added": {
    severity: safe,
    title: "a job queue is added",
    reason: "a new queue holds no jobs yet",
  },
  "job.removed": {
    severity: dangerous,
    title: "a job queue is no longer asked for",
    reason: "jobs may be waiting in it",
    danger: "Jobs that wait, or that are to be tried again, are never worked on.",
    wayOut: "Stop creating jobs, let the queue run empty, then remove it.",
  },
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
