import { err, ok } from "../../../contracts/result.ts";
import { HOLDER_KINDS, parseHolder } from "../../../reconcile/access/holder.ts";
import {
  argument,
  type CommandSpec,
  defineCommand,
  manyArguments,
  optionalArgument,
} from "../../command_line/command_spec.ts";
import { quote } from "../../command_line/quote.ts";
import { text, type ValueType } from "../../command_line/value_type.ts";
import { capabilities, holders } from "../../completion/look_ups.ts";
import { nameOfPerson } from "../../program/person_text.ts";
import { withConnection } from "../../program/with_connection.ts";

const holderType: ValueType<string> = {
  placeholder: "holder",
  suggested: { kind: "looked_up", lookUp: holders },
  read(given) {
    const isName = given.startsWith("user:") && nameOfPerson(given) !== undefined;
    if (isName || parseHolder(given) !== undefined) return ok(given);
    const kinds = HOLDER_KINDS.map((kind) => `${kind}:<name>`).join(", ");
    return err(`must be one of ${kinds}, as user:ada, not ${quote(given)}`);
  },
};

const holder = argument("holder", holderType, "Who, as user:ada or group:support");

const capability = argument(
  "capability",
  text("capability", capabilities),
  "Its key, as orders.refund or orders-service::orders.refund, or a group, as group:support",
);

const more = manyArguments("more", text("capability", capabilities), "More of them");

/** Commands about who holds which capabilities. */
export const grantCommands: readonly CommandSpec[] = [
  defineCommand({
    path: ["grants", "add", holder, capability, more],
    summary: "Give capabilities to a user, device, agent, service or group",
    details:
      "What contracts ask of their callers is a capability. A group is a name for several of them: " +
      "`grants add group:support orders.refund` makes it, and `grants add user:ada group:support` gives " +
      "it. Sessions that are open learn of it when they connect again.",
    example: "trellis grants add user:ada orders.refund",
    run: (values, context) =>
      withConnection(
        context,
        async (link) =>
          (await import("./change_grants.ts")).changeGrants("add", values, link, context),
      ),
  }),
  defineCommand({
    path: ["grants", "remove", holder, capability, more],
    summary: "Take capabilities away",
    details:
      "What somebody holds through a group as well stays theirs until the group loses it, or they " +
      "lose the group.",
    example: "trellis grants remove user:ada orders.refund",
    run: (values, context) =>
      withConnection(
        context,
        async (link) =>
          (await import("./change_grants.ts")).changeGrants("remove", values, link, context),
      ),
  }),
  defineCommand({
    path: [
      "grants",
      "list",
      optionalArgument("holder", holderType, "Whose; everybody's unless given"),
    ],
    summary: "Show who holds which capabilities",
    details: "For one holder also everything that groups give, and who changed what.",
    example: "trellis grants list user:ada",
    run: (values, context) =>
      withConnection(
        context,
        async (link) => (await import("./list_grants.ts")).listGrants(values, link, context),
      ),
  }),
];
