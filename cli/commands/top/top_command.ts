import {
  type CommandSpec,
  defineCommand,
  option,
  optionalArgument,
} from "../../command_line/command_spec.ts";
import { duration, text, wholeNumber } from "../../command_line/value_type.ts";
import { deployments } from "../../completion/look_ups.ts";
import { withConnection } from "../../program/with_connection.ts";

/** Shows what goes on. */
export const topCommand: CommandSpec = defineCommand({
  path: [
    "top",
    optionalArgument("deployment", text("deployment", deployments), "Only this deployment"),
  ],
  summary: "Show requests, errors, latency, queues and lag, live until interrupted",
  details: "Requests per second, errors and latency are what services count between two looks; " +
    "latency is read from classes, as of a histogram. On a terminal the figures are rewritten in " +
    "place; elsewhere each look writes a line for everything that has done something or has " +
    "something waiting, and with --json one line for all.",
  options: {
    interval: option(duration("duration"), "Time between two looks; 2s unless given"),
    count: option(wholeNumber("n", 1), "End after so many looks"),
  },
  example: "trellis top --interval 1s",
  run: (values, context) =>
    withConnection(
      context,
      async (link) => (await import("./run_top.ts")).runTop(values, link, context),
    ),
});
