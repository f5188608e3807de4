import { deployments } from "../../completion/look_ups.ts";
import { withConnection } from "../../program/with_connection.ts";
import { argument, type CommandSpec, defineCommand } from "../../command_line/command_spec.ts";
import { text } from "../../command_line/value_type.ts";

const deployment = argument(
  "deployment",
  text("deployment", deployments),
  "Name of the deployment, as orders-service",
);

/** Commands about what the broker lets somebody do. */
export const permissionCommands: readonly CommandSpec[] = [
  defineCommand({
    path: ["svc", deployment, "permissions"],
    summary: "Show every subject that its instances may use, and why",
    details:
      "Compiled from the accepted contract and its resources. A secured server lets an instance " +
      "use these subjects and no others.",
    example: "trellis svc orders-service permissions",
    run: (values, context) =>
      withConnection(
        context,
        async (link) =>
          (await import("./show_permissions.ts")).showPermissions(values, link, context),
      ),
  }),
];
