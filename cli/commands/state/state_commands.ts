import { MAX_PAGE_LIMIT } from "../../../contracts/schema/page.ts";
import {
  argument,
  type CommandSpec,
  defineCommand,
  flag,
  option,
  optionOr,
  requiredOption,
} from "../../command_line/command_spec.ts";
import { duration, json, text, wholeNumber } from "../../command_line/value_type.ts";
import { agentNames, deviceNames, userNames } from "../../completion/look_ups.ts";
import { stateContracts, stateKeys, stateStores } from "./state_look_ups.ts";
import { withState } from "./with_state.ts";

const place = {
  user: option(text("user", userNames), "State of a user, by name or id"),
  device: option(text("device", deviceNames), "State of a device"),
  agent: option(text("agent", agentNames), "State of an agent"),
  contract: requiredOption(
    text("contract", stateContracts),
    "Id of the contract that declares the store, as notes@v1",
  ),
  store: requiredOption(text("store", stateStores), "Name of the store in the contract"),
};
const key = option(text("key", stateKeys), "Key of the entry; a store of one value has none");

/** Commands on what users, devices and agents keep. */
export const stateCommands: readonly CommandSpec[] = [
  defineCommand({
    path: ["state", "ls"],
    summary: "List the entries of a user, device or agent",
    details: "Also entries that the contract cannot read: `state rm` deletes them.",
    options: {
      ...place,
      prefix: option(text("path"), "Only entries below a path of whole segments, as a/b"),
      limit: optionOr(
        wholeNumber("n", 0, MAX_PAGE_LIMIT),
        100,
        `At most this many entries, up to ${MAX_PAGE_LIMIT}; 0 only counts`,
      ),
      offset: optionOr(wholeNumber("n", 0), 0, "Leave out the first entries"),
    },
    example: "trellis state ls --user ada --contract notes@v1 --store drafts",
    run: (values, context) =>
      withState(
        values,
        context,
        async (state) => (await import("./list_entries.ts")).listEntries(values, state, context),
      ),
  }),
  defineCommand({
    path: ["state", "get"],
    summary: "Print the value of an entry",
    options: { ...place, key },
    example: "trellis state get --user ada --contract notes@v1 --store drafts --key today",
    run: (values, context) =>
      withState(
        values,
        context,
        async (state) => (await import("./change_entry.ts")).getEntry(values, state, context),
      ),
  }),
  defineCommand({
    path: ["state", "put", argument("value", json(), "The value: JSON, - for stdin, or a file")],
    summary: "Write a value that fits the store's schema",
    options: {
      ...place,
      key,
      expectedRevision: option(text("revision"), "Write only if the entry still has this revision"),
      create: flag("Write only if there is no entry"),
      ttl: option(duration("time"), "Let the entry expire after this time, as 30s, 2m or 1h"),
    },
    example: `trellis state put '"dark"' --user ada --contract notes@v1 --store theme`,
    run: (values, context) =>
      withState(
        values,
        context,
        async (state) => (await import("./change_entry.ts")).putEntry(values, state, context),
      ),
  }),
  defineCommand({
    path: ["state", "rm"],
    summary: "Delete an entry",
    details: "Also one that the contract cannot read. Asks nothing.",
    options: {
      ...place,
      key,
      expectedRevision: option(
        text("revision"),
        "Delete only if the entry still has this revision",
      ),
    },
    example: "trellis state rm --user ada --contract notes@v1 --store drafts --key today",
    run: (values, context) =>
      withState(
        values,
        context,
        async (state) => (await import("./change_entry.ts")).removeEntry(values, state, context),
      ),
  }),
];
