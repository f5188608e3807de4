import { err, ok } from "../../../contracts/result.ts";
import { deployments, planIds } from "../../completion/look_ups.ts";
import { withConnection } from "../../program/with_connection.ts";
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
import {
  duration,
  oneOf,
  text,
  type ValueType,
  wholeNumber,
} from "../../command_line/value_type.ts";

const deployment = argument(
  "deployment",
  text("deployment", deployments),
  "Name of the deployment, as orders-service",
);
const planId = argument("planId", text("plan-id", planIds), "The plan; `plan list` shows them");
const expectedDesiredVersion = option(
  wholeNumber("n", 0),
  "Decide only if the desired state still has this version",
);

/** What belongs together in the audit history. */
const HISTORY_TOPICS = [
  "plan",
  "authority",
  "contract",
  "grant",
  "session",
  "user",
  "login",
  "state",
  "kv",
  "store",
  "policy",
] as const;

/** The states a plan can be listed by. */
const PLAN_STATES = ["pending", "accepted", "rejected", "superseded", "all"] as const;

const plans = () => import("./plan_commands.ts");
const decisions = () => import("./decide_plan.ts");
const records = () => import("./record_commands.ts");
const verifying = () => import("./verify_authority.ts");

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

/** Several, with commas between them. */
function texts(placeholder: string): ValueType<readonly string[]> {
  return {
    placeholder,
    suggested: { kind: "nothing" },
    read: (given) => ok(given.split(",").map((one) => one.trim())),
  };
}

const verifyOptions = {
  head: option(texts("hash,…"), "Heads seen before, which the histories must still contain"),
  trust: option(texts("key,…"), "Public keys whose signatures count, beside the project's"),
};

/** Commands about the authority of all deployments. */
export const overallAuthorityCommands: readonly CommandSpec[] = [
  defineCommand({
    path: ["audit"],
    summary: "List who decided, granted and let in what, in the order of time",
    details:
      "Decisions about plans, changes of grants and users, sessions and logins, each with whose key has " +
      "signed it. `authority verify` proves the signatures.",
    options: {
      since: option(duration("duration"), "Only what is younger, as 2h or 30m"),
      by: option(
        text("name"),
        "Only what this person or process did; a part of the name is enough",
      ),
      kind: option(oneOf("kind", HISTORY_TOPICS), "Only this kind"),
      follow: flag("Go on with what happens from now on, until Ctrl-C; with --json a line each"),
    },
    example: "trellis audit --kind grant --since 24h",
    run: (values, context) =>
      withConnection(
        context,
        async (link) => (await import("./show_audit.ts")).showAudit(values, link, context),
      ),
  }),
  defineCommand({
    path: ["authority", "verify"],
    summary: "Prove that decisions, grants and the audit history are as they were signed",
    details:
      "Signatures count of the keys in .trellis/keys, of --trust, and of admins whom those let in. " +
      "Only a head that was kept elsewhere shows that a history was replaced by an older one.",
    options: verifyOptions,
    example: "trellis authority verify",
    run: (values, context) =>
      withConnection(context, async (link) => (await verifying()).verifyAll(values, link, context)),
  }),
];

/** Commands about what a deployment asks for and what it may have. */
export const authorityCommands: readonly CommandSpec[] = [
  defineCommand({
    path: ["svc", deployment, "authority", "plan", "list"],
    summary: "List plans",
    options: { state: optionOr(oneOf("state", PLAN_STATES), "pending", "Plans in this state") },
    example: "trellis svc orders-service authority plan list --state pending",
    run: (values, context) =>
      withConnection(context, async (link) => (await plans()).listPlans(values, link, context)),
  }),
  defineCommand({
    path: ["svc", deployment, "authority", "plan", "show", planId],
    summary: "Show the changes of a plan, each with its risk",
    details:
      "--replay runs the reducers of the handlers file in this project in a process of its own, without " +
      "credentials, over the events that are there, and compares what they make with what is read now. " +
      "It rehearses the handlers of its queues and groups with the last 100 jobs and events of each that wait or " +
      "are dead: buckets are read, writes are recorded, nothing is called, and no step is done.",
    options: {
      scan: flag("Count again what the changes mean for the data that is there now"),
      replay: flag(
        "Show which values of projections would differ, and what jobs and events would do; changes nothing",
      ),
    },
    example: "trellis svc orders-service authority plan show 01JX4Q7Z8MA3B9C2D5E6F7G8H9",
    run: (values, context) =>
      withConnection(context, async (link) => (await plans()).showPlan(values, link, context)),
  }),
  defineCommand({
    path: ["svc", deployment, "authority", "accept-update", planId],
    summary: "Accept a plan with safe changes only",
    options: { reason: option(text("text"), "Why, for the history"), expectedDesiredVersion },
    example: "trellis svc orders-service authority accept-update 01JX4Q7Z8MA3B9C2D5E6F7G8H9",
    run: (values, context) =>
      withConnection(
        context,
        async (link) => (await decisions()).acceptUpdate(values, link, context),
      ),
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
    run: (values, context) =>
      withConnection(
        context,
        async (link) => (await decisions()).acceptMigration(values, link, context),
      ),
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
    run: (values, context) =>
      withConnection(
        context,
        async (link) => (await decisions()).rejectPlan(values, link, context),
      ),
  }),
  defineCommand({
    path: ["svc", deployment, "authority", "reconcile"],
    summary: "Bring NATS to the accepted state now",
    example: "trellis svc orders-service authority reconcile",
    run: (values, context) =>
      withConnection(context, async (link) => (await records()).reconcile(values, link, context)),
  }),
  defineCommand({
    path: ["svc", deployment, "authority", "show"],
    summary: "Show what is accepted and what is in force",
    example: "trellis svc orders-service authority show",
    run: (values, context) =>
      withConnection(context, async (link) => (await records()).showRecord(values, link, context)),
  }),
  defineCommand({
    path: ["svc", deployment, "authority", "history"],
    summary: "Show who decided what, and why",
    example: "trellis svc orders-service authority history",
    run: (values, context) =>
      withConnection(context, async (link) => (await records()).showHistory(values, link, context)),
  }),
  defineCommand({
    path: ["svc", deployment, "authority", "verify"],
    summary: "Prove that the decisions and the record are as they were signed",
    details: "As `authority verify`, for one deployment.",
    options: verifyOptions,
    example: "trellis svc orders-service authority verify",
    run: (values, context) =>
      withConnection(
        context,
        async (link) => (await verifying()).verifyDeployment(values, link, context),
      ),
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
    run: (values, context) =>
      withConnection(context, async (link) => (await plans()).rollback(values, link, context)),
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
    run: (values, context) =>
      withConnection(context, async (link) => (await plans()).deleteData(values, link, context)),
  }),
];
