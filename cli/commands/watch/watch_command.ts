import { WISH_LIMITS } from "../../../contracts/live/wish.ts";
import {
  type CommandSpec,
  defineCommand,
  flag,
  option,
  optionalArgument,
  optionOr,
} from "../../command_line/command_spec.ts";
import { duration, oneOf, text, wholeNumber } from "../../command_line/value_type.ts";
import { deployments, rpcNames } from "../../completion/look_ups.ts";
import { withConnection } from "../../program/with_connection.ts";

/** Follows what happens. */
export const watchCommand: CommandSpec = defineCommand({
  path: [
    "watch",
    optionalArgument(
      "deployment",
      text("deployment", deployments),
      "Only requests and steps of this deployment",
    ),
  ],
  summary: "Follow requests, events and reconcile steps until interrupted",
  details: "Services report a request when it has been answered: who asked for what, and how it " +
    "ended, but never what it says. They report while somebody watches, whole traces of calls, and " +
    "no more than they are asked for; how many are left out is said.",
  options: {
    kind: option(oneOf("kind", ["request", "event", "step"]), "Only what is of this kind"),
    name: option(text("name", rpcNames), "Only an RPC, or events whose subject holds this"),
    errors: flag("Only what failed"),
    by: option(text("caller"), "Only requests of this caller, as ada or s-orders"),
    slowerThan: option(duration("duration"), "Only requests that took at least so long, as 100ms"),
    perSecond: optionOr(
      wholeNumber("n", 1, WISH_LIMITS.perSecond),
      50,
      `Requests a second that each instance reports at most, up to ${WISH_LIMITS.perSecond}`,
    ),
  },
  example: "trellis watch orders-service --errors",
  run: (values, context) =>
    withConnection(
      context,
      async (link) => (await import("./run_watch.ts")).runWatch(values, link, context),
    ),
});
