import { deployments } from "../../completion/look_ups.ts";
import { withConnection } from "../../program/with_connection.ts";
import {
  argument,
  type CommandSpec,
  defineCommand,
  option,
} from "../../command_line/command_spec.ts";
import { path, text } from "../../command_line/value_type.ts";

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
  defineCommand({
    path: ["prove", deployment],
    summary: "Try what a service must not be able to do, on the running server",
    details:
      "Lets in a session of the service for the proof, tries with it to reach what belongs to others, " +
      "and revokes it. Prints every subject that the service may use and why, and each attempt with " +
      "its outcome: denied, a known limit of NATS with what it means, or allowed that must not be, " +
      "which fails. Each attempt is harmless also where it gets through: it is aimed at a bucket made " +
      "for the proof, or carries what no stream stores and nobody takes for an order.",
    options: {
      keys: option(
        path("dir", "directory"),
        "The folder with the keys of the deployment (else .trellis/keys)",
      ),
    },
    example: "trellis prove orders-service",
    run: async (values, context) =>
      (await import("./prove_deployment.ts")).proveDeployment(values, context),
  }),
];
