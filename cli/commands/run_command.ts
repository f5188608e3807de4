import type { Command } from "../command_line/command.ts";
import type { ExitCode } from "../command_line/exit_code.ts";
import type { CommandContext } from "./context.ts";

/** Runs a command. Each is loaded when it is asked for, because starting should be quick. */
export async function runCommand(command: Command, context: CommandContext): Promise<ExitCode> {
  switch (command.kind) {
    case "init":
      return await (await import("./init_command.ts")).runInit(command, context);
    case "dev":
      return await (await import("./dev_command.ts")).runDev(command, context);
    case "start":
      return await (await import("./dev_command.ts"))
        .runDev({ ...command, watch: false }, context);
    case "status":
      return await (await import("./status_command.ts")).runStatus(context);
    case "contract_check":
    case "contract_build":
    case "contract_digest":
    case "contract_canonical":
    case "contract_diff":
      return await (await import("./contract_commands.ts")).runContract(command, context);
    case "explain":
      return (await import("./explain_command.ts")).runExplain(command.code, context);
    case "policy_show":
    case "policy_set":
      return await (await import("./policy_commands.ts")).runPolicy(command, context);
    case "call":
    case "kv_ls":
    case "kv_get":
    case "kv_put":
    case "kv_watch":
      return await (await import("./data_commands.ts")).runData(command, context);
    case "store_ls":
    case "store_get":
    case "store_put":
    case "store_rm":
    case "store_info":
      return await (await import("./store_commands.ts")).runStore(command, context);
    default:
      return await (await import("./authority_commands.ts")).runAuthority(command, context);
  }
}
