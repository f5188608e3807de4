import type { Command } from "../program/command.ts";
import type { ExitCode } from "../program/exit_code.ts";
import type { CommandContext } from "../program/command_context.ts";

/** Runs a command. Each is loaded when it is asked for, because starting should be quick. */
export async function runCommand(command: Command, context: CommandContext): Promise<ExitCode> {
  switch (command.kind) {
    case "init":
      return await (await import("./project/run_init.ts")).runInit(command, context);
    case "dev":
      return await (await import("./project/run_dev.ts")).runDev(command, context);
    case "start":
      return await (await import("./project/run_dev.ts"))
        .runDev({ ...command, watch: false }, context);
    case "status":
      return await (await import("./project/run_status.ts")).runStatus(context);
    case "contract_check":
    case "contract_build":
    case "contract_digest":
    case "contract_canonical":
    case "contract_diff":
      return await (await import("./contract/run_contract.ts")).runContract(command, context);
    case "explain":
      return (await import("./project/run_explain.ts")).runExplain(command.code, context);
    case "policy_show":
    case "policy_set":
      return await (await import("./policy/run_policy.ts")).runPolicy(command, context);
    case "call":
    case "kv_ls":
    case "kv_get":
    case "kv_put":
    case "kv_watch":
      return await (await import("./kv/run_kv.ts")).runData(command, context);
    case "store_ls":
    case "store_get":
    case "store_put":
    case "store_rm":
    case "store_info":
      return await (await import("./store/run_store.ts")).runStore(command, context);
    default:
      return await (await import("./authority/run_authority.ts")).runAuthority(command, context);
  }
}
