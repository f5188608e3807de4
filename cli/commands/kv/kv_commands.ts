import { MAX_PAGE_LIMIT } from "../../../contracts/schema/page.ts";
import {
  argument,
  type CommandSpec,
  defineCommand,
  option,
  optionalArgument,
  optionOr,
} from "../../command_line/command_spec.ts";
import { json, text, wholeNumber } from "../../command_line/value_type.ts";

const service = argument("service", text("service", "deployment"), "The deployment that owns it");
const alias = argument("alias", text("alias", "alias"), "Its name in the contract, as orders");
const key = argument("key", text("key", "key"), "The key");
const filter = option(text("filter"), "Only keys that match, as ord_1 or eu.>");

/** Commands that use what a service offers. */
export const dataCommands: readonly CommandSpec[] = [
  defineCommand({
    path: [
      "call",
      argument("rpc", text("Rpc.Name", "rpc"), "Declared name, as Orders.Create"),
      optionalArgument("input", json(), "The input: JSON, - for stdin, or a file"),
    ],
    summary: "Call an RPC",
    options: { timeout: option(wholeNumber("ms", 1, 2 ** 31 - 1), "Give up after this long") },
    example: `trellis call Orders.Create '{"orderId":"ord_1"}'`,
    build: ({ rpc, input, timeout }) => ({ kind: "call", rpc, input, timeoutMs: timeout }),
  }),
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
    build: (given) => ({ kind: "kv_ls", ...given }),
  }),
  defineCommand({
    path: ["kv", "get", service, alias, key],
    summary: "Print a value",
    example: "trellis kv get orders-service orders ord_1",
    build: (given) => ({ kind: "kv_get", ...given }),
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
    build: (given) => ({ kind: "kv_put", ...given }),
  }),
  defineCommand({
    path: ["kv", "watch", service, alias],
    summary: "Follow changes until interrupted",
    options: { filter },
    example: "trellis kv watch orders-service orders --json",
    build: (given) => ({ kind: "kv_watch", ...given }),
  }),
];
