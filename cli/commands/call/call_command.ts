import {
  argument,
  type CommandSpec,
  defineCommand,
  option,
  optionalArgument,
} from "../../command_line/command_spec.ts";
import { json, text, wholeNumber } from "../../command_line/value_type.ts";
import { rpcNames } from "../../completion/look_ups.ts";
import { withCaller } from "../../program/with_connection.ts";
import { asOptions } from "./as_options.ts";

/** `trellis call`. */
export const callCommand: CommandSpec = defineCommand({
  path: [
    "call",
    argument("rpc", text("Rpc.Name", rpcNames), "Declared name, as Orders.Create"),
    optionalArgument("input", json(), "The input: JSON, - for stdin, or a file"),
  ],
  summary: "Call an RPC",
  options: {
    timeout: option(wholeNumber("ms", 1, 2 ** 31 - 1), "Give up after this long"),
    ...asOptions("Call"),
  },
  example: `trellis call Orders.Create '{"orderId":"ord_1"}'`,
  run: (values, context) =>
    withCaller(
      context,
      async (link) => (await import("./call_rpc.ts")).callRpc(values, link, context),
    ),
});
