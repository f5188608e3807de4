import { isErr, ok, type Result } from "../../../contracts/result.ts";
import { isSurfaceName, surfaceSubject } from "../../../contracts/manifest/names.ts";
import { sdk as core } from "../../../contracts/platform/core_sdk.ts";
import { callServed } from "../../calls/call_served.ts";
import { findRpc, type ServedRpc } from "../../calls/served_rpc.ts";
import { connectAs } from "../../calls/session_as.ts";
import { acceptedContracts } from "../../platform/accepted_contracts.ts";
import { callFailed } from "./call_failed.ts";
import { type CommandContext, type ExplainedError, failed } from "../../program/command_context.ts";
import { type CallerLink, NO_ADMIN } from "../../program/connect_command.ts";
import { EXIT_CODE, type ExitCode } from "../../program/exit_code.ts";
import { type JsonSource, readJsonSource } from "../../program/json_source.ts";

/** What the command was told. */
interface CallValues {
  /** Declared name, as `Orders.Create`. */
  readonly rpc: string;
  /** Undefined: the empty input. */
  readonly input: JsonSource | undefined;
  /** Milliseconds; undefined: as long as the runtime waits. */
  readonly timeout: number | undefined;
  /** In whose place, as `user:ada`; undefined: as who is logged in. */
  readonly as: string | undefined;
  /** What they run then. */
  readonly contract: string | undefined;
}

/** Calls an RPC that a deployment serves, validated on both sides. */
export async function callRpc(
  { as, contract, ...command }: CallValues,
  link: CallerLink,
  context: CommandContext,
): Promise<ExitCode> {
  if (contract !== undefined && as === undefined) return failed(context, NOBODY_RUNS_IT);
  const input = command.input === undefined ? ok({}) : await readJsonSource(command.input);
  if (input.isErr()) return failed(context, input.error);
  const rpc = (await readRpc(command.rpc, link)).take();
  if (isErr(rpc)) return failed(context, rpc.error);
  const { authority } = link;
  if (as !== undefined && authority === undefined) return failed(context, NO_ADMIN);
  const other = as === undefined || authority === undefined
    ? undefined
    : (await connectAs({ as, contract }, { ...link, authority }, context.by)).take();
  if (isErr(other)) return failed(context, other.error);
  await using _ = other;
  const answer = await callServed(rpc, input.value, (other ?? link).messaging, {
    timeoutMs: command.timeout,
    signal: context.signal,
  });
  if (answer.kind === "error") return callFailed(context, answer.error);
  context.output.data(answer.value, () => JSON.stringify(answer.value, null, 2));
  return EXIT_CODE.ok;
}

const NOBODY_RUNS_IT: ExplainedError = {
  code: "usage",
  message: "--contract says what somebody runs, and --as does not say who",
  hint: "leave it out, or name them, as --as user:ada",
};

/** The RPC as it is accepted. Where that cannot be read, the deployment alone checks what it gets. */
async function readRpc(
  name: string,
  { authority }: CallerLink,
): Promise<Result<ServedRpc, ExplainedError>> {
  const records = authority && (await authority.list()).take();
  if (isErr(records)) return records;
  const found = findRpc(name, acceptedContracts(records ?? []));
  if (found.isOk() || records !== undefined || !isSurfaceName(name)) return found;
  return ok({
    name,
    contract: core.id,
    subject: surfaceSubject("rpc", "v1", name),
    input: true,
    output: true,
    errors: [],
    errorData: {},
    capabilities: [],
  });
}
