import {
  argument,
  type CommandSpec,
  defineCommand,
  option,
  optionalArgument,
} from "../../command_line/command_spec.ts";
import { json, text, wholeNumber } from "../../command_line/value_type.ts";
import { feedNames } from "../../completion/look_ups.ts";
import { withCaller } from "../../program/with_connection.ts";
import { asOptions } from "../call/as_options.ts";

/** `trellis feed`. */
export const feedCommand: CommandSpec = defineCommand({
  path: [
    "feed",
    argument("feed", text("Feed.Name", feedNames), "Declared name, as Orders.Changes"),
    optionalArgument("input", json(), "The input: JSON, - for stdin, or a file; {} when left out"),
  ],
  summary: "Follow a feed until it ends or is interrupted",
  details:
    "Prints each value as it comes; with --json a line of JSON each, with its cursor. It lasts over restarts of " +
    "the service and of the server; that it was subscribed to again, and where values may be missing, is said on " +
    "stderr.",
  options: {
    cursor: option(text("cursor"), "Go on after the value that had this cursor"),
    limit: option(wholeNumber("n", 1), "End after so many values"),
    ...asOptions("Follow"),
  },
  example: `trellis feed Orders.Changes '{"customerId":"ada"}' --json`,
  run: (values, context) =>
    withCaller(
      context,
      async (link) => (await import("./follow_feed.ts")).followFeed(values, link, context),
    ),
});
