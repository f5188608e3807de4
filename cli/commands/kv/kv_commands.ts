import { MAX_PAGE_LIMIT } from "../../../contracts/schema/page.ts";
import {
  argument,
  type CommandSpec,
  defineCommand,
  flag,
  option,
  optionOr,
} from "../../command_line/command_spec.ts";
import { deployments, kvAliases } from "../../completion/look_ups.ts";
import { kvKeys } from "./kv_keys.ts";
import { withBucket } from "./with_bucket.ts";
import { json, text, wholeNumber } from "../../command_line/value_type.ts";

const service = argument("service", text("service", deployments), "The deployment that owns it");
const alias = argument("alias", text("alias", kvAliases), "Its name in the contract, as orders");
const key = argument("key", text("key", kvKeys), "The key");
const filter = option(text("filter"), "Only keys that match, as ord_1 or eu.>");

/** Commands on the data of a KV resource. */
export const kvCommands: readonly CommandSpec[] = [
  defineCommand({
    path: ["kv", "ls", service, alias],
    summary: "List keys",
    options: {
      filter,
      limit: optionOr(
        wholeNumber("n", 0, MAX_PAGE_LIMIT),
        100,
        `At most this many keys, up to ${MAX_PAGE_LIMIT}; 0 only counts`,
      ),
      offset: optionOr(wholeNumber("n", 0), 0, "Leave out the first keys"),
    },
    example: "trellis kv ls orders-service orders --limit 20",
    run: (values, context) =>
      withBucket(
        values,
        context,
        async (opened) => (await import("./kv_values.ts")).listKeys(values, opened, context),
      ),
  }),
  defineCommand({
    path: ["kv", "get", service, alias, key],
    summary: "Print a value",
    options: {
      raw: flag("Print the stored bytes unchanged, also when they do not fit the schema"),
    },
    example: "trellis kv get orders-service orders ord_1",
    run: (values, context) =>
      withBucket(
        values,
        context,
        async (opened) =>
          values.raw
            ? (await import("./raw_value.ts")).printRawValue(values, opened, context)
            : (await import("./kv_values.ts")).getValue(values, opened, context),
      ),
  }),
  defineCommand({
    path: [
      "kv",
      "put",
      service,
      alias,
      key,
      argument("value", json(), "The value: JSON, - for stdin, or a file"),
    ],
    summary: "Write a value that fits the schema",
    options: {
      expectedRevision: option(text("revision"), "Write only if the key still has this revision"),
    },
    example: "trellis kv put orders-service orders ord_1 @order.json",
    run: (values, context) =>
      withBucket(
        values,
        context,
        async (opened) => (await import("./kv_values.ts")).putValue(values, opened, context),
      ),
  }),
  defineCommand({
    path: ["kv", "rm", service, alias, key],
    summary: "Delete a key",
    details: "Also one whose value does not fit the schema. Asks nothing. With history in the " +
      "bucket, earlier revisions stay readable.",
    options: {
      expectedRevision: option(text("revision"), "Delete only if the key still has this revision"),
    },
    example: "trellis kv rm orders-service orders ord_1",
    run: (values, context) =>
      withBucket(
        values,
        context,
        async (opened) => (await import("./remove_key.ts")).removeKey(values, opened, context),
      ),
  }),
  defineCommand({
    path: ["kv", "history", service, alias, key],
    summary: "List the revisions of a key that are kept",
    example: "trellis kv history orders-service orders ord_1",
    run: (values, context) =>
      withBucket(
        values,
        context,
        async (opened) => (await import("./key_history.ts")).listRevisions(values, opened, context),
      ),
  }),
  defineCommand({
    path: ["kv", "watch", service, alias],
    summary: "Follow changes until interrupted",
    options: { filter },
    example: "trellis kv watch orders-service orders --json",
    run: (values, context) =>
      withBucket(
        values,
        context,
        async (opened) => (await import("./kv_values.ts")).watchKeys(values, opened, context),
      ),
  }),
];
