import { MAX_PAGE_LIMIT } from "../../../contracts/schema/page.ts";
import { STATES } from "../../jobs/work_view.ts";
import {
  argument,
  type CommandSpec,
  defineCommand,
  flag,
  manyArguments,
  option,
  optionalArgument,
  optionOr,
} from "../../command_line/command_spec.ts";
import { duration, json, oneOf, text, wholeNumber } from "../../command_line/value_type.ts";
import { deployments } from "../../completion/look_ups.ts";
import { withConnection } from "../../program/with_connection.ts";
import { withLetters } from "../dead/with_letters.ts";
import { deadJobIds, jobIds, queueNames } from "./job_look_ups.ts";
import { withQueue } from "./with_queue.ts";

const service = argument("service", text("service", deployments), "The deployment whose jobs");
const queue = argument("queue", text("queue", queueNames), "The queue, as the contract calls it");
const id = argument("id", text("id", jobIds), "Id of the job");
const deadIds = manyArguments("ids", text("id", deadJobIds), "Ids of jobs that were given up");
const all = flag("All of the queue that were given up");

/** Which queue a command line means. */
function placeOf({ service, queue }: { readonly service: string; readonly queue: string }) {
  return { deployment: service, kind: "job", name: queue } as const;
}

/** Commands on the queues of a service, and on their jobs. */
export const jobCommands: readonly CommandSpec[] = [
  defineCommand({
    path: [
      "jobs",
      "ls",
      service,
      optionalArgument("queue", queue.type, "Its jobs, not all queues"),
    ],
    summary: "List the queues of a service, or the jobs of one of them",
    details:
      "Of a queue: first what waits or is in work, then what is over and kept, each oldest " +
      "first. A queue keeps records of jobs where it declares progress, logs, a result or keepMs.done.",
    options: {
      state: option(oneOf("state", STATES.job), "Only jobs that stand so"),
      limit: optionOr(wholeNumber("n", 1, MAX_PAGE_LIMIT), 100, "At most this many jobs"),
      after: option(text("place"), "Begin behind this place, as the last list says"),
    },
    example: "trellis jobs ls shop sendMail --state dead",
    run: async (values, context) => {
      const { service, queue } = values;
      if (queue === undefined) {
        return await withConnection(context, async (link) => {
          const { listQueues } = await import("./list_queues.ts");
          return await listQueues({ service, kind: "job" }, link, context);
        });
      }
      return await withQueue(placeOf({ service, queue }), context, async (open) => {
        const { listQueue } = await import("./list_queue.ts");
        return await listQueue(values, open, context);
      });
    },
  }),
  defineCommand({
    path: ["jobs", "show", service, queue, id],
    summary: "Show a job: how it stands, its payload, progress, log and result",
    example: "trellis jobs show shop sendMail 01K9ZQ4T0VWXY2A3B4C5D6E7F8",
    run: (values, context) =>
      withQueue(
        placeOf(values),
        context,
        async (open) => (await import("./show_work.ts")).showWork(values, open, context),
      ),
  }),
  defineCommand({
    path: ["jobs", "retry", service, queue, deadIds],
    summary: "Try jobs again that were given up",
    details:
      "Each is tried as if for the first time, and has as long as it had. All payloads must " +
      "fit today's schema, or nothing is retried. Each retry is in the audit history.",
    options: {
      all,
      ifValid: flag("Retry those that today's schema takes; the others stay, and are named"),
    },
    example: "trellis jobs retry shop sendMail --all --if-valid",
    run: (values, context) =>
      withLetters(values, context, async (opened, link) => {
        const { retryDead } = await import("../dead/settle_command.ts");
        const { queue: group, ...chosen } = values;
        return await retryDead({ ...chosen, kind: "job", group }, opened, link, context);
      }),
  }),
  defineCommand({
    path: ["jobs", "discard", service, queue, deadIds],
    summary: "Throw away jobs that were given up, or all that wait",
    details:
      "Nothing keeps their payloads then. What waits can be thrown away where nobody works on it: in a queue " +
      "that is no longer declared, or is paused. Each discard is in the audit history.",
    options: {
      all,
      waiting: flag("All that wait for a worker, their time or their next try, instead"),
      yes: flag("Do not ask"),
    },
    example: "trellis jobs discard shop sendMail 01K9ZQ4T0VWXY2A3B4C5D6E7F8",
    run: async (values, context) => {
      const { queue: group, waiting, ...chosen } = values;
      if (waiting) {
        return await withQueue(
          placeOf(values),
          context,
          async (open, link) =>
            (await import("./empty_one.ts")).discardWaiting(values, open, link, context),
        );
      }
      return await withLetters(values, context, async (opened, link) => {
        const { discardDead } = await import("../dead/settle_command.ts");
        return await discardDead({ ...chosen, kind: "job", group }, opened, link, context);
      });
    },
  }),
  defineCommand({
    path: [
      "jobs",
      "move",
      service,
      queue,
      argument("to", queue.type, "Another queue of the same service"),
    ],
    summary: "Move the jobs that wait in a queue into another one",
    details:
      "For a queue that has another name now: it is no longer declared, or else it is paused. Jobs keep their " +
      "ids, tries, deadlines and times. All payloads must fit the schema of the other queue, or an earlier " +
      "version that it accepts, or nothing is moved. It is in the audit history. Ended in between, the same " +
      "again goes on. What was given up stays; see `trellis jobs retry`.",
    options: {
      ifValid: flag("Move those that the other queue takes; the others stay, and are named"),
    },
    example: "trellis jobs move shop sendMail mail --if-valid",
    run: (values, context) =>
      withQueue(
        placeOf(values),
        context,
        async (open, link) =>
          (await import("./empty_one.ts")).moveWaiting(values, open, link, context),
      ),
  }),
  defineCommand({
    path: ["jobs", "pause", service, queue],
    summary: "Have a queue begin with nothing more",
    details: "What is in work goes on, and jobs can be created. It is in the audit history.",
    options: { for: option(duration("duration"), "It goes on by itself after this time") },
    example: "trellis jobs pause shop sendMail --for 1h",
    run: (values, context) =>
      withQueue(
        placeOf(values),
        context,
        async (open, link) =>
          (await import("./switch_queue.ts")).pauseOne(values, open, link, context),
      ),
  }),
  defineCommand({
    path: ["jobs", "resume", service, queue],
    summary: "Have a paused queue go on",
    example: "trellis jobs resume shop sendMail",
    run: (values, context) =>
      withQueue(
        placeOf(values),
        context,
        async (open, link) => (await import("./switch_queue.ts")).resumeOne(open, link, context),
      ),
  }),
  defineCommand({
    path: [
      "jobs",
      "create",
      service,
      queue,
      optionalArgument("payload", json(), "Payload as JSON; {} when left out, - reads stdin"),
    ],
    summary: "Create a job, as the service itself does",
    details:
      "The payload is checked against the accepted schema, and limits of its key hold. It is in " +
      "the audit history.",
    options: {
      delay: option(duration("duration"), "Begin with it after this time"),
      deadline: option(duration("duration"), "Give it up after this time, not that of the queue"),
      priority: option(wholeNumber("n", 0, 2), "Its class, from 0 for what is begun first"),
      id: option(text("id"), "Its id: the same again within two minutes is the same job"),
    },
    example: `trellis jobs create shop sendMail '{"to":"ada@example.org"}' --delay 1h`,
    run: (values, context) =>
      withQueue(
        placeOf(values),
        context,
        async (open, link) =>
          (await import("./create_one.ts")).createOne(values, open, link, context),
      ),
  }),
  defineCommand({
    path: ["jobs", "cancel", service, queue, id],
    summary: "Take a job back, or tell its handler to end",
    details:
      "What waits is taken out of the queue. What is in work is told to end, where the queue keeps " +
      "records; else it cannot be. It is in the audit history.",
    options: { reason: option(text("text"), "Why, for its record and the audit history") },
    example: "trellis jobs cancel shop sendMail 01K9ZQ4T0VWXY2A3B4C5D6E7F8",
    run: (values, context) =>
      withQueue(
        placeOf(values),
        context,
        async (open, link) =>
          (await import("./cancel_one.ts")).cancelOne(values, open, link, context),
      ),
  }),
];
