import {
  argument,
  type CommandSpec,
  defineCommand,
  option,
  optionOr,
} from "../../command_line/command_spec.ts";
import { duration, text, wholeNumber } from "../../command_line/value_type.ts";
import { withConnection } from "../../program/with_connection.ts";

/** Follows what a request or an event has led to. */
export const traceCommand: CommandSpec = defineCommand({
  path: [
    "trace",
    argument(
      "id",
      text("id"),
      "Id of a request, event, job, operation or trace, or a cause, as rpc:01K9...",
    ),
  ],
  summary: "Show what a request or an event has led to: events, groups, jobs, values, objects",
  details:
    "Found by what is stored with events, values, jobs, operations and dead letters, also days " +
    "later; calls themselves are not stored, and jobs that are done only where their queue keeps " +
    "records. An event, a job or an operation leads back to what has caused it. Reads headers from " +
    "the time on that the id says, or that the job or the operation says, and says what was left out. " +
    "A trace is looked for in the last 24 hours, by the traceparent of what it has led to.",
  options: {
    since: option(duration("duration"), "How far back to look, where nothing says it"),
    limit: optionOr(
      wholeNumber("n", 1),
      200_000,
      "Read the headers of at most so many messages of each stream",
    ),
  },
  example: "trellis trace 01K9ZQ4T0VWXY2A3B4C5D6E7F8",
  run: (values, context) =>
    withConnection(
      context,
      async (link) => (await import("./run_trace.ts")).runTrace(values, link, context),
    ),
});
