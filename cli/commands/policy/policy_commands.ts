import { err, ok } from "../../../contracts/result.ts";
import { MOST_REPLICAS, type Replicas } from "../../../reconcile/resources/stream_layout.ts";
import { deployments } from "../../completion/look_ups.ts";
import {
  argument,
  type CommandSpec,
  defineCommand,
  manyOption,
  option,
} from "../../command_line/command_spec.ts";
import { quote } from "../../command_line/quote.ts";
import { withConnection } from "../../program/with_connection.ts";
import { text, type ValueType, wholeNumber } from "../../command_line/value_type.ts";

/** NATS refuses a shorter age. */
const MIN_TTL_MS = 100;

/** A limit, or the word that takes it away. */
function limit(minimum = 1): ValueType<number | "none"> {
  return {
    placeholder: "n|none",
    suggested: { kind: "nothing" },
    read: (given) => given === "none" ? ok("none" as const) : wholeNumber("n", minimum).read(given),
  };
}

const replicas: ValueType<Replicas | "none"> = {
  placeholder: "n|auto|none",
  suggested: { kind: "choices", choices: ["auto", "1", "3", "5", "none"] },
  read: (given) => {
    if (given === "auto" || given === "none") return ok(given);
    return wholeNumber("n", 1, MOST_REPLICAS).read(given);
  },
};

/** The name of a cluster, or a tag, as servers are given them. */
function word(placeholder: string): ValueType<string> {
  return {
    ...text(placeholder),
    read: (given) =>
      /^[^\s.*>]+$/.test(given)
        ? ok(given)
        : err(`must be a word without spaces, dots and wildcards, not ${quote(given)}`),
  };
}

/** How streams are kept, for all of them or for those of one deployment. */
const LAYOUT = {
  replicas: option(
    replicas,
    "Servers that keep each stream; auto: 3 where the cluster has 3 servers or more, else 1",
  ),
  cluster: option(word("name|none"), "Only servers of this cluster keep them"),
  tag: manyOption(word("tag|none"), "Only servers with this tag keep them; may be repeated"),
  acknowledgement: option(text("text"), "What you have made sure of, where there are to be fewer"),
};

const LAYOUT_DETAILS =
  "More replicas are safe and made at once; how long the servers take to copy what is stored, " +
  "`status` shows. Fewer are dangerous and take --acknowledgement. What an operator has raised by " +
  "hand stays. What the servers that are up do not keep is refused.";

const deployment = argument(
  "deployment",
  text("deployment", deployments),
  "Name of the deployment, as orders-service",
);

const policies = () => import("./run_policy.ts");

/** Commands about what contracts may ask for at most, and how their streams are kept. */
export const policyCommands: readonly CommandSpec[] = [
  defineCommand({
    path: ["policy", "show"],
    summary: "Show what contracts may ask for at most, and how streams are kept",
    example: "trellis policy show",
    run: (_, context) =>
      withConnection(context, async (link) => (await policies()).showPolicy(link, context)),
  }),
  defineCommand({
    path: ["policy", "set"],
    summary: "Set what contracts may ask for at most, and how streams are kept",
    details:
      "Contracts that ask for more get the limit, and so do those that ask for none; their " +
      "bindings show what is in force. Limits that are not named stay, none takes one away. A " +
      "running Trellis follows within half a minute, `authority reconcile` at once. A limit that " +
      "would drop stored data is not followed: the deployment stays pending and says so. " +
      LAYOUT_DETAILS,
    options: {
      maxHistory: option(limit(), "Revisions of each key of a KV bucket"),
      maxTtlMs: option(limit(MIN_TTL_MS), "Milliseconds that anything is kept"),
      maxValueBytes: option(limit(), "Bytes of a value in a KV bucket"),
      maxTotalBytes: option(limit(), "Bytes of a whole store"),
      maxObjectBytes: option(limit(), "Bytes of an object in a store"),
      ...LAYOUT,
    },
    example: "trellis policy set --max-history 10 --replicas 3",
    run: (values, context) =>
      withConnection(context, async (link) => (await policies()).setPolicy(values, link, context)),
  }),
  defineCommand({
    path: ["svc", deployment, "policy", "show"],
    summary: "Show how the streams of a deployment are kept",
    example: "trellis svc orders-service policy show",
    run: (values, context) =>
      withConnection(
        context,
        async (link) => (await policies()).showLayout(values, link, context),
      ),
  }),
  defineCommand({
    path: ["svc", deployment, "policy", "set"],
    summary: "Set how the streams of a deployment are kept",
    details: `None takes away what was set for this deployment alone. ${LAYOUT_DETAILS}`,
    options: LAYOUT,
    example: "trellis svc orders-service policy set --replicas 3 --tag ssd",
    run: (values, context) =>
      withConnection(context, async (link) => (await policies()).setPolicy(values, link, context)),
  }),
];
