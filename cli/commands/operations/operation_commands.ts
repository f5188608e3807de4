import { MAX_PAGE_LIMIT } from "../../../contracts/schema/page.ts";
import {
  argument,
  type CommandSpec,
  defineCommand,
  flag,
  option,
  optionalArgument,
  optionOr,
} from "../../command_line/command_spec.ts";
import { json, oneOf, text, wholeNumber } from "../../command_line/value_type.ts";
import { deployments, operationNames as startedNames } from "../../completion/look_ups.ts";
import { STATES } from "../../jobs/work_view.ts";
import { withCaller, withConnection } from "../../program/with_connection.ts";
import { operationIds, operationNames, signalNames } from "../jobs/job_look_ups.ts";
import { withQueue } from "../jobs/with_queue.ts";

const service = argument("service", text("service", deployments), "The deployment that serves it");
const operation = argument(
  "operation",
  text("operation", operationNames),
  "The operation, as Report.Export",
);
const id = argument("id", text("id", operationIds), "Id that its start was answered with");

/** Which operation a command line means. */
function placeOf(
  { service, operation }: { readonly service: string; readonly operation: string },
) {
  return { deployment: service, kind: "operation", name: operation } as const;
}

const start = defineCommand({
  path: [
    "operations",
    "start",
    argument("operation", text("Operation.Name", startedNames), "Declared name, as Report.Export"),
    optionalArgument("input", json(), "The input: JSON, - for stdin, or a file; {} when left out"),
  ],
  summary: "Start an operation, and print its id",
  details:
    "It runs as whoever is logged in, as `trellis call` does. With --watch its id goes to stderr, and it is followed " +
    "as `operations watch` does; Ctrl-C ends this, not the operation.",
  options: {
    watch: flag("Follow it until it has ended; how it ends is the exit code"),
    requestId: option(text("id"), "Given again, it answers what was started with it before"),
    timeout: option(wholeNumber("ms", 1, 2 ** 31 - 1), "Give up the start after this long"),
  },
  example: `trellis operations start Report.Export '{"days":["2026-03-01"]}' --watch`,
  run: (values, context) =>
    withCaller(
      context,
      async (link) => (await import("./start_one.ts")).startOne(values, link, context),
    ),
});

/** Commands on long work that callers have started. */
export const operationCommands: readonly CommandSpec[] = [
  start,
  defineCommand({
    path: [
      "operations",
      "ls",
      service,
      optionalArgument("operation", operation.type, "Those that were started, not all kinds"),
    ],
    summary: "List the operations of a service, or those of one kind that were started",
    details:
      "Of one kind: first what waits or runs, then what has ended and is kept, each oldest first.",
    options: {
      state: option(oneOf("state", STATES.operation), "Only those that stand so"),
      limit: optionOr(wholeNumber("n", 1, MAX_PAGE_LIMIT), 100, "At most this many"),
      after: option(text("place"), "Begin behind this place, as the last list says"),
    },
    example: "trellis operations ls reports Report.Export --state running",
    run: async (values, context) => {
      const { service, operation } = values;
      if (operation === undefined) {
        return await withConnection(context, async (link) => {
          const { listQueues } = await import("../jobs/list_queues.ts");
          return await listQueues({ service, kind: "operation" }, link, context);
        });
      }
      return await withQueue(placeOf({ service, operation }), context, async (open) => {
        const { listQueue } = await import("../jobs/list_queue.ts");
        return await listQueue(values, open, context);
      });
    },
  }),
  defineCommand({
    path: ["operations", "show", service, operation, id],
    summary: "Show an operation: how it stands, its input, progress and output",
    example: "trellis operations show reports Report.Export o-k3v5c7q2",
    run: (values, context) =>
      withQueue(
        placeOf(values),
        context,
        async (open) => (await import("../jobs/show_work.ts")).showWork(values, open, context),
      ),
  }),
  defineCommand({
    path: ["operations", "watch", service, operation, id],
    summary: "Follow an operation until it has ended",
    details:
      "Shows how far it is: as a bar where it says how much is done of how much. Ends with 0 when it " +
      "has completed, and with 1 when it has failed or was cancelled.",
    example: "trellis operations watch reports Report.Export o-k3v5c7q2",
    run: (values, context) =>
      withQueue(
        placeOf(values),
        context,
        async (open, link) =>
          (await import("./watch_operation.ts")).watchOperation(values, open, link, context),
      ),
  }),
  defineCommand({
    path: ["operations", "discard", service, operation],
    summary: "Throw away what waits of an operation that is no longer declared",
    details:
      "Who waits for one is told that it was cancelled. Nothing keeps the inputs then. It is in the audit history.",
    options: { yes: flag("Do not ask") },
    example: "trellis operations discard reports Report.Export",
    run: (values, context) =>
      withQueue(
        placeOf(values),
        context,
        async (open, link) =>
          (await import("../jobs/empty_one.ts")).discardWaiting(values, open, link, context),
      ),
  }),
  defineCommand({
    path: ["operations", "cancel", service, operation, id],
    summary: "Have an operation end",
    details:
      "What waits ends at once; what runs is told to end. Only where its contract says that it can " +
      "be cancelled. It is in the audit history.",
    options: { reason: option(text("text"), "Why, for its record and the audit history") },
    example: "trellis operations cancel reports Report.Export o-k3v5c7q2",
    run: (values, context) =>
      withQueue(
        placeOf(values),
        context,
        async (open, link) =>
          (await import("./control_one.ts")).cancelOne(values, open, link, context),
      ),
  }),
  defineCommand({
    path: [
      "operations",
      "signal",
      service,
      operation,
      id,
      argument("signal", text("signal", signalNames), "The signal, as the contract calls it"),
      optionalArgument("input", json(), "What comes with it, as JSON; {} when left out"),
    ],
    summary: "Send a signal to an operation",
    details:
      "It is stored before this answers, also while the service does not run. It is in the audit history.",
    example: `trellis operations signal reports Report.Export o-k3v5c7q2 approve`,
    run: (values, context) =>
      withQueue(
        placeOf(values),
        context,
        async (open, link) =>
          (await import("./control_one.ts")).signalOne(values, open, link, context),
      ),
  }),
];
