import { ok } from "../../../contracts/result.ts";
import { type CommandSpec, defineCommand, option } from "../../command_line/command_spec.ts";
import { withConnection } from "../../program/with_connection.ts";
import { type ValueType, wholeNumber } from "../../command_line/value_type.ts";

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

/** Commands about what contracts may ask for at most. */
export const policyCommands: readonly CommandSpec[] = [
  defineCommand({
    path: ["policy", "show"],
    summary: "Show what contracts may ask for at most",
    example: "trellis policy show",
    run: (_, context) =>
      withConnection(
        context,
        async (link) => (await import("./run_policy.ts")).showPolicy(link, context),
      ),
  }),
  defineCommand({
    path: ["policy", "set"],
    summary: "Set what contracts may ask for at most",
    details:
      "Contracts that ask for more get the limit, and so do those that ask for none; their " +
      "bindings show what is in force. Limits that are not named stay, none takes one away. A " +
      "running Trellis follows within half a minute, `authority reconcile` at once. A limit that " +
      "would drop stored data is not followed: the deployment stays pending and says so.",
    options: {
      maxHistory: option(limit(), "Revisions of each key of a KV bucket"),
      maxTtlMs: option(limit(MIN_TTL_MS), "Milliseconds that anything is kept"),
      maxValueBytes: option(limit(), "Bytes of a value in a KV bucket"),
      maxTotalBytes: option(limit(), "Bytes of a whole store"),
      maxObjectBytes: option(limit(), "Bytes of an object in a store"),
    },
    example: "trellis policy set --max-history 10 --max-ttl-ms none",
    run: (limits, context) =>
      withConnection(
        context,
        async (link) => (await import("./run_policy.ts")).setPolicy(limits, link, context),
      ),
  }),
];
