import {
  argument,
  type CommandSpec,
  defineCommand,
  option,
} from "../../command_line/command_spec.ts";
import { duration, path, text, wholeNumber } from "../../command_line/value_type.ts";
import { agentContracts } from "../../completion/look_ups.ts";

/** `trellis mcp`. */
export const mcpCommand: CommandSpec = defineCommand({
  path: [
    "mcp",
    argument("contract", text("contract", agentContracts), "Id, as inbox-agent@v1, or its file"),
  ],
  summary: "Serve what an agent may call as tools, over MCP on standard input",
  details:
    "For programs that start it, as hosts of language models. Each RPC and operation that the agent's " +
    "contract uses is a tool. It acts as the agent whose key is in TRELLIS_SESSION_KEY_SEED, or in " +
    "--seed-file, as `trellis agents add` gives it: what that agent may not do is no tool, and comes " +
    "and goes with its rights. Ends when standard input does.",
  options: {
    seedFile: option(path("file", "file"), "File with the seed of the agent's key"),
    timeout: option(wholeNumber("ms", 1, 2 ** 31 - 1), "Give up an RPC after this long"),
    wait: option(duration("time"), "Wait this long for NATS, as 30s"),
  },
  example: "trellis mcp inbox-agent@v1 --seed-file helper.seed",
  run: async (values, context) => (await import("./serve_agent.ts")).serveAgent(values, context),
});
