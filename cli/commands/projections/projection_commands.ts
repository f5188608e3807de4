import {
  argument,
  type CommandSpec,
  defineCommand,
  flag,
  optionalArgument,
} from "../../command_line/command_spec.ts";
import { text } from "../../command_line/value_type.ts";
import { deployments, projectionAliases } from "../../completion/look_ups.ts";
import { withConnection } from "../../program/with_connection.ts";

/** Commands on the buckets whose values are made of events. */
export const projectionCommands: readonly CommandSpec[] = [
  defineCommand({
    path: [
      "projections",
      "ls",
      optionalArgument("service", text("service", deployments), "Only those of this deployment"),
    ],
    summary: "List the projections, how far they are, and what they could not fold",
    example: "trellis projections ls bank",
    run: (values, context) =>
      withConnection(context, async (link) => {
        const { listProjections } = await import("./list_projections.ts");
        return await listProjections(values, link, context);
      }),
  }),
  defineCommand({
    path: [
      "projections",
      "rebuild",
      argument("service", text("service", deployments), "The deployment whose projection it is"),
      argument("alias", text("alias", projectionAliases), "The alias of its bucket"),
    ],
    summary: "Make the values of a projection again from all of its events",
    details:
      "They are made in another bucket while this one is read and kept up. It takes the place of this one when " +
      "it is whole, and this one is kept. A running instance of the service does the work.",
    options: { noWait: flag("Do not wait until it has taken the place") },
    example: "trellis projections rebuild bank balances",
    run: (values, context) =>
      withConnection(context, async (link) => {
        const { rebuildOne } = await import("./rebuild_one.ts");
        return await rebuildOne(values, link, context);
      }),
  }),
];
