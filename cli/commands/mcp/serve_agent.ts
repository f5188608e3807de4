import { readFile } from "node:fs/promises";
import type { Contract } from "../../../contracts/define/contract.ts";
import { KeyPair } from "../../../contracts/identity/key_pair.ts";
import { err, isErr, ok, type Result } from "../../../contracts/result.ts";
import { connectClient, type ConnectedClient } from "../../../runtime/client/connect_client.ts";
import { reportUncaught } from "../../../runtime/nats/report_uncaught.ts";
import type { Held } from "../../../runtime/session/session_rights.ts";
import { agentContract } from "../../mcp/agent_contract.ts";
import { agentTools } from "../../mcp/agent_tools.ts";
import { allowedTools, type SortedTools } from "../../mcp/allowed_tools.ts";
import { callTool } from "../../mcp/call_tool.ts";
import { serveTools } from "../../mcp/tool_server.ts";
import { type CommandContext, type ExplainedError, failed } from "../../program/command_context.ts";
import { variable } from "../../program/environment_variable.ts";
import { EXIT_CODE, type ExitCode } from "../../program/exit_code.ts";
import { unreadable } from "../../program/input/json_source.ts";
import { serverOf } from "../../program/server_of_command.ts";
import { untilAborted } from "../../program/until_aborted.ts";

/** What the command was told. */
interface McpValues {
  /** The id of a contract, or its file. */
  readonly contract: string;
  readonly seedFile: string | undefined;
  /** Milliseconds that an RPC may take. */
  readonly timeout: number | undefined;
  /** Milliseconds. */
  readonly wait: number | undefined;
}

/** Serves what an agent may call as tools, until its host closes standard input. */
export async function serveAgent(values: McpValues, context: CommandContext): Promise<ExitCode> {
  const contract = (await agentContract(values.contract, context)).take();
  if (isErr(contract)) return failed(context, contract.error);
  const connected = (await connectAgent(contract, values, context)).take();
  if (isErr(connected)) return failed(context, connected.error);
  await using opened = new AsyncDisposableStack();
  opened.defer(() => connected.messaging.close());
  const { tools, needFiles } = agentTools(contract);
  let sorted = allowedTools(tools, await heldBy(connected));
  const server = serveTools({
    contract,
    tools,
    allowed: () => sorted.allowed,
    call: (tool, call) => callTool(tool, { ...call, timeoutMs: values.timeout }, connected),
    onError: (error) => context.output.warn(`what the host sent ${whyUnread(error)}`),
  });
  opened.defer(() => server.close());
  for (const name of needFiles) {
    context.output.warn(`${name} begins with a file, so it is no tool; see trellis files send`);
  }
  report(contract, sorted, context);
  if (Deno.stdin.isTerminal()) {
    context.output.talk("waits for a host, which speaks the protocol on standard input");
  }
  const look = async () => {
    const held = await heldBy(connected);
    if (held === undefined) return;
    const now = allowedTools(tools, held);
    const isChanged = namesOf(now) !== namesOf(sorted);
    sorted = now;
    if (!isChanged) return;
    report(contract, sorted, context);
    await server.changed();
  };
  // Whoever is given a right, or loses one, is let in anew.
  opened.defer(connected.messaging.line.watch(({ kind }) => {
    if (kind === "renewed") look().catch(reportUncaught);
  }));
  const end = await Promise.race([
    server.ended.then(() => "left" as const),
    untilAborted(context.signal).then(() => "interrupted" as const),
    lastError(connected.connection, look),
  ]);
  if (end === "left") return EXIT_CODE.ok;
  if (end === "interrupted") return EXIT_CODE.interrupted;
  return failed(context, end);
}

/** What the session holds at this moment; undefined where nobody says: then everything counts as allowed. */
async function heldBy({ rights }: Pick<ConnectedClient, "rights">): Promise<Held | undefined> {
  const held = (await rights?.look())?.take();
  return isErr(held) ? undefined : held;
}

/** In one line: a message of the wrong shape is explained in many. */
function whyUnread(error: Error): string {
  return "issues" in error || error.message.includes("\n")
    ? "is no message of the protocol: JSON-RPC 2.0, one a line"
    : `cannot be read: ${error.message}`;
}

function namesOf({ allowed }: SortedTools): string {
  return allowed.map(({ name }) => name).join(", ");
}

function report(
  { id }: Contract,
  sorted: SortedTools,
  { output }: CommandContext,
): void {
  output.talk(`${id}: ${namesOf(sorted) || "no tools"}`);
  for (const { tool: { surface }, missing } of sorted.refused) {
    output.talk(`not ${surface}, which takes ${missing.join(", ")}`);
  }
}

/**
 * Why the connection is closed for good, as when the agent is revoked.
 *
 * @param onConnected called whenever calls can be made again
 */
async function lastError(
  connection: ConnectedClient["connection"],
  onConnected: () => Promise<void>,
): Promise<ExplainedError> {
  for await (const { state, error } of connection.watch()) {
    if (state === "closed" && error !== undefined) return error;
    if (state === "connected") await onConnected();
  }
  return { code: "trellis.connection.closed", message: "the connection was closed" };
}

async function connectAgent(
  contract: Contract,
  { seedFile, wait }: McpValues,
  context: CommandContext,
): Promise<Result<ConnectedClient, ExplainedError>> {
  const seed = (await seedOf(seedFile)).take();
  if (isErr(seed)) return seed;
  const server = (await serverOf(context)).take();
  if (isErr(server)) return server;
  const connected = (await connectClient({
    contract,
    trellisUrl: server.url,
    name: `trellis mcp ${contract.id}`,
    ...(seed === undefined ? {} : { sessionKeySeed: seed }),
    ...(wait === undefined ? {} : { waitMs: wait }),
  })).take();
  if (!isErr(connected)) return ok(connected);
  const { code, message } = connected.error;
  if (seed !== undefined || code !== "trellis.connection.unauthorized") return connected;
  return err({
    code,
    message,
    hint:
      "say which agent it is: TRELLIS_SESSION_KEY_SEED or --seed-file holds its seed, as printed by",
    command: ["agents", "add", "<name>", "--contract", contract.id],
  });
}

/** The seed of the agent's key; undefined where none is given, for servers that ask nobody. */
async function seedOf(
  file: string | undefined,
): Promise<Result<string | undefined, ExplainedError>> {
  const where = file ?? "TRELLIS_SESSION_KEY_SEED";
  try {
    const seed =
      (file === undefined ? variable("TRELLIS_SESSION_KEY_SEED") : await readFile(file, "utf8"))
        ?.trim();
    if (seed === undefined || KeyPair.fromSeed("user", seed) !== undefined) return ok(seed);
    const message = `${where} holds no seed of a key`;
    return err({ code: "usage", message, hint: "it begins with SU" });
  } catch (error) {
    return err(unreadable(where, error));
  }
}
