import { MAX_PAGE_LIMIT } from "../../../contracts/schema/page.ts";
import { err, ok } from "../../../contracts/result.ts";
import {
  argument,
  type CommandSpec,
  defineCommand,
  flag,
  manyArguments,
  manyOption,
  option,
  optionalArgument,
  optionOr,
} from "../../command_line/command_spec.ts";
import { deployments, storeAliases } from "../../completion/look_ups.ts";
import { storeKeys } from "./store_keys.ts";
import { withStore } from "./with_store.ts";
import { quote } from "../../command_line/quote.ts";
import { path, text, type ValueType, wholeNumber } from "../../command_line/value_type.ts";

const service = argument("service", text("service", deployments), "The deployment that owns it");
const alias = argument(
  "alias",
  text("alias", storeAliases),
  "The store's name in the contract, as uploads",
);
const key = argument("key", text("key", storeKeys), "The key, as incoming/a.pdf");

/** Commands that use the blob stores of a service. */
export const storeCommands: readonly CommandSpec[] = [
  defineCommand({
    path: ["store", "ls", service, alias],
    summary: "List objects",
    options: {
      prefix: option(text("prefix", storeKeys), "Only keys that begin so"),
      limit: optionOr(
        wholeNumber("n", 0, MAX_PAGE_LIMIT),
        100,
        `At most this many objects, up to ${MAX_PAGE_LIMIT}; 0 only counts`,
      ),
      offset: optionOr(wholeNumber("n", 0), 0, "Leave out the first objects"),
    },
    example: "trellis store ls documents uploads --prefix incoming/",
    run: (values, context) =>
      withStore(
        values,
        context,
        async (store) => (await import("./store_objects.ts")).listObjects(values, store, context),
      ),
  }),
  defineCommand({
    path: ["store", "get", service, alias, key],
    summary: "Read an object",
    details: "Standard output has the bytes and nothing else, also with --json. A terminal is " +
      "only given text. A file appears as a whole or not at all, with --json its description on " +
      "standard output.",
    options: {
      out: option(path("file|-", "file"), "Write a file; - is standard output, whatever it is"),
      force: flag("Replace the file if it is there"),
    },
    example: "trellis store get documents uploads incoming/a.pdf --out a.pdf",
    run: (values, context) =>
      withStore(
        values,
        context,
        async (store) => (await import("./get_object.ts")).getObject(values, store, context),
      ),
  }),
  defineCommand({
    path: [
      "store",
      "put",
      service,
      alias,
      key,
      argument("from", path("file|-", "file"), "Where the bytes are; - for standard input"),
    ],
    summary: "Store an object",
    details:
      "Replaces the object that the key holds. No reader sees an object before all its bytes " +
      "are stored; interrupted, nothing is changed.",
    options: {
      contentType: option(text("type"), "Its media type; by default what its name says"),
      metadata: manyOption(pair(), "Something to know about it; any number of times"),
      create: flag("Only if the key holds no object yet"),
    },
    example: "trellis store put documents uploads incoming/a.pdf a.pdf --metadata by=ada",
    run: (values, context) =>
      withStore(
        values,
        context,
        async (store) => (await import("./put_object.ts")).putObject(values, store, context),
      ),
  }),
  defineCommand({
    path: ["store", "rm", service, alias, key, manyArguments("more", key.type, "More keys")],
    summary: "Remove objects",
    example: "trellis store rm documents uploads incoming/a.pdf incoming/b.pdf",
    run: (values, context) =>
      withStore(
        values,
        context,
        async (store) => (await import("./store_objects.ts")).removeObjects(values, store, context),
      ),
  }),
  defineCommand({
    path: [
      "store",
      "info",
      service,
      alias,
      optionalArgument("key", key.type, "An object; the store itself when left out"),
    ],
    summary: "Describe an object or the whole store",
    example: "trellis store info documents uploads",
    run: (values, context) =>
      withStore(
        values,
        context,
        async (store) => (await import("./store_objects.ts")).describe(values, store, context),
      ),
  }),
];

/** `by=ada`; the value may hold further equals signs, and may be empty. */
function pair(): ValueType<readonly [string, string]> {
  return {
    placeholder: "name=value",
    suggested: { kind: "nothing" },
    read(given) {
      const at = given.indexOf("=");
      return at < 1
        ? err(`must be a name, = and a value, not ${quote(given)}`)
        : ok([given.slice(0, at), given.slice(at + 1)]);
    },
  };
}
