import { option } from "../../command_line/command_spec.ts";
import { text } from "../../command_line/value_type.ts";
import { holders } from "../../completion/look_ups.ts";

/** Options that have a command act in the place of somebody; `what` begins the sentence, as `Call`. */
export function asOptions(what: string) {
  return {
    as: option(
      text("principal", holders),
      `${what} in the place of somebody, as user:ada (admins)`,
    ),
    contract: option(text("contract"), "What they run: an app of a user; a device's is its own"),
  };
}
