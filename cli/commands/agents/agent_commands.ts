import { agentContracts, agentNames, userNames } from "../../completion/look_ups.ts";
import {
  argument,
  type CommandSpec,
  defineCommand,
  option,
  requiredOption,
} from "../../command_line/command_spec.ts";
import { path, text } from "../../command_line/value_type.ts";

const keys = option(
  path("dir", "directory"),
  "The folder with the keys of the deployment (else .trellis/keys)",
);

/** Commands about agents. */
export const agentCommands: readonly CommandSpec[] = [
  defineCommand({
    path: ["agents", "add", argument("agent", text("agent"), "Its name, as inbox-helper")],
    summary: "Let in an agent, a program that acts for a person",
    details:
      "Prints the secret of a new key, once: Trellis keeps its public half only. The agent takes it " +
      "from TRELLIS_SESSION_KEY_SEED, and may do what its accepted contract uses, as far as `trellis " +
      "grants add agent:inbox-helper` gives it what that takes. With --for it is shut out when that " +
      "person is disabled or removed; it gets none of their rights. A new contract of the project is " +
      "presented, and its plan has to be accepted first.",
    options: {
      contract: requiredOption(
        text("contract", agentContracts),
        "The contract that it runs, as inbox-agent@v1",
      ),
      for: option(text("user", userNames), "The user whom it acts for"),
      publicKey: option(text("key"), "Public half, U..., of a key that was made elsewhere"),
      out: option(path("file", "file"), "Write the secret to a new file that only you can read"),
      keys,
    },
    example: "trellis agents add inbox-helper --contract inbox-agent@v1 --for ada",
    run: async (values, context) => (await import("./add_agent.ts")).addAgent(values, context),
  }),
  defineCommand({
    path: ["agents", "list"],
    summary: "List the agents, and whom they act for",
    options: { keys },
    example: "trellis agents list",
    run: async (values, context) =>
      (await import("../sessions/list_runners.ts")).listRunners("agent", values, context),
  }),
  defineCommand({
    path: [
      "agents",
      "revoke",
      argument("agent", text("agent", agentNames), "Name of the agent, as it is listed"),
    ],
    summary: "Let an agent in no more, and close its connections",
    details:
      "Within a second. Its key lets nobody in any more; its grants stay, for another key under the " +
      "same name.",
    options: { keys },
    example: "trellis agents revoke inbox-helper",
    run: async ({ agent, keys }, context) =>
      (await import("../sessions/revoke_sessions.ts"))
        .revokeSessions({ target: `agent:${agent}`, keys }, context),
  }),
];
