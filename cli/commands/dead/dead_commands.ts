import { MAX_PAGE_LIMIT } from "../../../contracts/schema/page.ts";
import {
  argument,
  type CommandSpec,
  defineCommand,
  flag,
  manyArguments,
  option,
  optionOr,
} from "../../command_line/command_spec.ts";
import { text, wholeNumber } from "../../command_line/value_type.ts";
import { deployments } from "../../completion/look_ups.ts";
import { letterGroups, letterIds } from "./letter_look_ups.ts";
import { withLetters } from "./with_letters.ts";

const service = argument(
  "service",
  text("service", deployments),
  "The deployment that could not handle them",
);
const group = option(text("group", letterGroups), "Only those of this group");
const ids = manyArguments("ids", text("id", letterIds), "Ids of events, as they are listed");
const all = flag("All of them, or all of the group");

/** Commands on the events that a service has given up. */
export const deadCommands: readonly CommandSpec[] = [
  defineCommand({
    path: ["dead", "ls", service],
    summary: "List the events that a service has given up, oldest first",
    options: {
      group,
      limit: optionOr(wholeNumber("n", 1, MAX_PAGE_LIMIT), 100, "At most this many"),
      after: option(wholeNumber("sequence", 0), "Begin behind this place, as the last list says"),
    },
    example: "trellis dead ls shop --group mailer",
    run: (values, context) =>
      withLetters(
        values,
        context,
        async (opened) => (await import("./list_letters.ts")).listLetters(values, opened, context),
      ),
  }),
  defineCommand({
    path: ["dead", "show", service, argument("id", text("id", letterIds), "Id of the event")],
    summary: "Show why an event was given up, and what it holds",
    options: { group },
    example: "trellis dead show shop 01K9ZQ4T0VWXY2A3B4C5D6E7F8",
    run: (values, context) =>
      withLetters(
        values,
        context,
        async (opened) => (await import("./show_letter.ts")).showLetter(values, opened, context),
      ),
  }),
  defineCommand({
    path: ["dead", "retry", service, ids],
    summary: "Give events back to the groups that have given them up",
    details:
      "Each is tried as if for the first time; in which order is not promised. All must fit today's schema, " +
      "or nothing is retried. What fails again is a dead letter again. Each retry is in the audit history.",
    options: {
      group,
      all,
      ifValid: flag("Retry those that today's schema takes; the others stay, and are named"),
    },
    example: "trellis dead retry shop --group mailer --all --if-valid",
    run: (values, context) =>
      withLetters(
        values,
        context,
        async (opened, link) =>
          (await import("./settle_command.ts")).retryDead(values, opened, link, context),
      ),
  }),
  defineCommand({
    path: ["dead", "discard", service, ids],
    summary: "Throw away events that were given up",
    details:
      "The event itself stays in the stream of events for as long as that keeps it. What a group holds its " +
      "place for goes on. Each discard is in the audit history.",
    options: { group, all, yes: flag("Do not ask") },
    example: "trellis dead discard shop 01K9ZQ4T0VWXY2A3B4C5D6E7F8",
    run: (values, context) =>
      withLetters(
        values,
        context,
        async (opened, link) =>
          (await import("./settle_command.ts")).discardDead(values, opened, link, context),
      ),
  }),
];
