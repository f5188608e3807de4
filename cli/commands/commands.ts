import { type CommandTable, commandTable } from "../command_line/command_table.ts";
import { agentCommands } from "./agents/agent_commands.ts";
import { authorityCommands, overallAuthorityCommands } from "./authority/authority_commands.ts";
import { callCommand } from "./call/call_command.ts";
import { contractCommands } from "./contract/contract_commands.ts";
import { projectionCommands } from "./projections/projection_commands.ts";
import { deadCommands } from "./dead/dead_commands.ts";
import { deviceCommands } from "./devices/device_commands.ts";
import { exportCommand } from "./export/export_command.ts";
import { feedCommand } from "./feed/feed_command.ts";
import { fileCommands } from "./files/file_commands.ts";
import { grantCommands } from "./grants/grant_commands.ts";
import { backupCommands } from "./backup/backup_commands.ts";
import { infraCommands } from "./infra/infra_commands.ts";
import { jobCommands } from "./jobs/job_commands.ts";
import { kvCommands } from "./kv/kv_commands.ts";
import { loginCommands } from "./login/login_commands.ts";
import { mcpCommand } from "./mcp/mcp_command.ts";
import { oidcCommands } from "./oidc/oidc_commands.ts";
import { operationCommands } from "./operations/operation_commands.ts";
import { permissionCommands } from "./permissions/permission_commands.ts";
import { policyCommands } from "./policy/policy_commands.ts";
import { projectCommands } from "./project/project_commands.ts";
import { sessionCommands } from "./sessions/session_commands.ts";
import { stateCommands } from "./state/state_commands.ts";
import { storeCommands } from "./store/store_commands.ts";
import { topCommand } from "./top/top_command.ts";
import { traceCommand } from "./trace/trace_command.ts";
import { userCommands } from "./users/user_commands.ts";
import { watchCommand } from "./watch/watch_command.ts";

/** Every command of `trellis`, in the order of help. */
export const COMMANDS: CommandTable = commandTable([
  { title: "Project", prefix: "", commands: projectCommands },
  { title: "Contracts", prefix: "", commands: [...contractCommands, exportCommand] },
  {
    title: "Authority of a deployment: trellis svc <deployment> authority ...",
    prefix: "svc <deployment> authority",
    commands: authorityCommands,
  },
  { title: "Authority of all deployments", prefix: "", commands: overallAuthorityCommands },
  { title: "Permissions", prefix: "", commands: [...permissionCommands, ...grantCommands] },
  { title: "Users", prefix: "", commands: userCommands },
  { title: "Login", prefix: "", commands: [...loginCommands, ...oidcCommands] },
  { title: "Sessions", prefix: "", commands: sessionCommands },
  { title: "Devices", prefix: "", commands: deviceCommands },
  { title: "Agents", prefix: "", commands: [...agentCommands, mcpCommand] },
  {
    title: "Platform",
    prefix: "",
    commands: [...policyCommands, ...infraCommands, ...backupCommands],
  },
  {
    title: "Data",
    prefix: "",
    commands: [callCommand, feedCommand, watchCommand, topCommand, ...kvCommands],
  },
  { title: "Events", prefix: "", commands: [...deadCommands, ...projectionCommands, traceCommand] },
  { title: "Jobs and operations", prefix: "", commands: [...jobCommands, ...operationCommands] },
  { title: "Blob stores", prefix: "", commands: storeCommands },
  { title: "Files", prefix: "", commands: fileCommands },
  { title: "State", prefix: "", commands: stateCommands },
]);
