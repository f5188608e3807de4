import { PLAN_STATES } from "./command.ts";
import {
  argument,
  type CommandSpec,
  defineCommand,
  option,
  optionOr,
  requiredOption,
} from "./command_spec.ts";
import { oneOf, text, wholeNumber } from "./value_type.ts";

const deployment = argument(
  "deployment",
  text("deployment", "deployment"),
  "Name of the deployment, as orders-service",
);
const planId = argument("planId", text("plan-id", "plan"), "The plan; `plan list` shows them");
const expectedDesiredVersion = option(
  wholeNumber("n", 0),
  "Decide only if the desired state still has this version",
);

/** Commands about what a deployment asks for and what it may have. */
export const authorityCommands: readonly CommandSpec[] = [
  defineCommand({
    path: ["svc", deployment, "authority", "plan", "list"],
    summary: "List plans",
    options: { state: optionOr(oneOf("state", PLAN_STATES), "pending", "Plans in this state") },
    example: "trellis svc orders-service authority plan list --state pending",
    build: ({ deployment, state }) => ({ kind: "authority_plan_list", deployment, state }),
  }),
  defineCommand({
    path: ["svc", deployment, "authority", "plan", "show", planId],
    summary: "Show the changes of a plan, each with its risk",
    example: "trellis svc orders-service authority plan show 01JX4Q7Z8MA3B9C2D5E6F7G8H9",
    build: ({ deployment, planId }) => ({ kind: "authority_plan_show", deployment, planId }),
  }),
  defineCommand({
    path: ["svc", deployment, "authority", "accept-update", planId],
    summary: "Accept a plan with safe changes only",
    options: { reason: option(text("text"), "Why, for the history"), expectedDesiredVersion },
    example: "trellis svc orders-service authority accept-update 01JX4Q7Z8MA3B9C2D5E6F7G8H9",
    build: (given) => ({ kind: "authority_accept_update", ...given }),
  }),
  defineCommand({
    path: ["svc", deployment, "authority", "accept-migration", planId],
    summary: "Accept a plan with dangerous changes",
    details: "Read the impact in `plan show` first: data may be lost for good.",
    options: {
      acknowledgement: requiredOption(text("text"), "What you have made sure of"),
      expectedDesiredVersion,
    },
    example: "trellis svc orders-service authority accept-migration \\\n" +
      '  01JX4Q7Z8MA3B9C2D5E6F7G8H9 --acknowledgement "backup taken"',
    build: (given) => ({ kind: "authority_accept_migration", ...given }),
  }),
  defineCommand({
    path: ["svc", deployment, "authority", "reject", planId],
    summary: "Reject a plan",
    options: {
      reason: requiredOption(text("text"), "Why, for its author"),
      expectedDesiredVersion,
    },
    example: "trellis svc orders-service authority reject \\\n" +
      '  01JX4Q7Z8MA3B9C2D5E6F7G8H9 --reason "keep the history"',
    build: (given) => ({ kind: "authority_reject", ...given }),
  }),
  defineCommand({
    path: ["svc", deployment, "authority", "reconcile"],
    summary: "Bring NATS to the accepted state now",
    example: "trellis svc orders-service authority reconcile",
    build: (given) => ({ kind: "authority_reconcile", ...given }),
  }),
  defineCommand({
    path: ["svc", deployment, "authority", "show"],
    summary: "Show what is accepted and what is in force",
    example: "trellis svc orders-service authority show",
    build: (given) => ({ kind: "authority_show", ...given }),
  }),
  defineCommand({
    path: ["svc", deployment, "authority", "history"],
    summary: "Show who decided what, and why",
    example: "trellis svc orders-service authority history",
    build: (given) => ({ kind: "authority_history", ...given }),
  }),
];
