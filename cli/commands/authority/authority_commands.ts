import { err, ok } from "../../../contracts/result.ts";
import { PLAN_STATES } from "../../program/command.ts";
import {
  argument,
  type CommandSpec,
  defineCommand,
  flag,
  option,
  optionOr,
  requiredOption,
} from "../../command_line/command_spec.ts";
import { quote } from "../../command_line/quote.ts";
import { oneOf, text, type ValueType, wholeNumber } from "../../command_line/value_type.ts";

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

/** Words that are kept in the history: blank ones would say nothing. */
const words: ValueType<string> = {
  ...text("text"),
  read: (given) =>
    given !== "" && given.trim() === "" ? err("must say something") : text("text").read(given),
};

/** With the name of a bucket where a resource left several. */
const RETIRED = /^(?:kv|store)\/[A-Za-z][A-Za-z0-9_-]*(?:@[A-Za-z0-9_-]+)?$/;

const resource: ValueType<string> = {
  ...text("resource"),
  read: (given) =>
    RETIRED.test(given) ? ok(given) : err(`must be as kv/orders, not ${quote(given)}`),
};

const resources: ValueType<readonly string[]> = {
  placeholder: "resource,…|all",
  suggested: { kind: "nothing" },
  read(given) {
    const names = given.split(",").map((name) => name.trim());
    const wrong = names.find((name) => name !== "all" && !RETIRED.test(name));
    return wrong === undefined
      ? ok(names)
      : err(`must be "all", or resources as kv/orders,kv/carts, not ${quote(wrong)}`);
  },
};

const expect = option(text("hash"), "A hash seen before, which the history must still contain");

/** Commands about the authority of all deployments. */
export const overallAuthorityCommands: readonly CommandSpec[] = [
  defineCommand({
    path: ["authority", "verify"],
    summary: "Check all stored records, plans and decisions for changes by others",
    example: "trellis authority verify",
    build: () => ({ kind: "authority_verify", deployment: undefined, expect: undefined }),
  }),
];

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
    options: { scan: flag("Count again what the changes mean for the data that is there now") },
    example: "trellis svc orders-service authority plan show 01JX4Q7Z8MA3B9C2D5E6F7G8H9",
    build: (given) => ({ kind: "authority_plan_show", ...given }),
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
    details:
      "Read the impact in `plan show` first: data may be lost for good. Data of a resource " +
      "that the plan takes away is kept, unless --delete-data names it.",
    options: {
      acknowledgement: requiredOption(words, "What you have made sure of"),
      deleteData: option(
        resources,
        "Delete the data of these retired resources for good; all: those that the plan retires",
      ),
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
      reason: requiredOption(words, "Why, for its author"),
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
  defineCommand({
    path: ["svc", deployment, "authority", "verify"],
    summary: "Check that nobody changed the stored records and decisions",
    details: "Each decision holds the hash of the one before it. Whoever rewrites all of them is " +
      "found with --expect and a hash that an earlier verify or history printed.",
    options: { expect },
    example: "trellis svc orders-service authority verify",
    build: (given) => ({ kind: "authority_verify", ...given }),
  }),
  defineCommand({
    path: [
      "svc",
      deployment,
      "authority",
      "rollback",
      argument("version", wholeNumber("version", 1), "The version; `history` shows them"),
    ],
    summary: "Ask for going back to an earlier version",
    details:
      "Makes a plan that waits for a decision, in dev mode too. Code whose contract it takes " +
      "back may not run once it is accepted.",
    example: "trellis svc orders-service authority rollback 3",
    build: (given) => ({ kind: "authority_rollback", ...given }),
  }),
  defineCommand({
    path: [
      "svc",
      deployment,
      "authority",
      "delete-data",
      argument("resource", resource, "A retired resource, as kv/orders; `show` lists them"),
    ],
    summary: "Ask for deleting the data of a retired resource",
    details:
      "Makes a plan that waits for accept-migration. Nothing is deleted before that. Where a " +
      "resource left several buckets, name one: kv/orders@svc_orders_service_orders.",
    example: "trellis svc orders-service authority delete-data kv/orders",
    build: (given) => ({ kind: "authority_delete_data", ...given }),
  }),
];
