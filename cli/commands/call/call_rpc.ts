import { isErr, ok } from "../../../contracts/result.ts";
import { callServed } from "../../calls/call_served.ts";
import { type AsValues, linkAs, readAccepted } from "../../calls/link_as.ts";
import { findRpc } from "../../calls/served_rpc.ts";
import { callFailed } from "./call_failed.ts";
import { type CommandContext, failed } from "../../program/command_context.ts";
import type { CallerLink } from "../../program/connect_command.ts";
import { EXIT_CODE, type ExitCode } from "../../program/exit_code.ts";
import { type JsonSource, readJsonSource } from "../../program/input/json_source.ts";

/** What the command was told. */
interface CallValues extends AsValues {
  /** Declared name, as `Orders.Create`. */
  readonly rpc: string;
  /** Undefined: the empty input. */
  readonly input: JsonSource | undefined;
  /** Milliseconds; undefined: as long as the runtime waits. */
  readonly timeout: number | undefined;
}

/** Calls an RPC that a deployment serves, validated on both sides. */
export async function callRpc(
  { as, contract, ...command }: CallValues,
  link: CallerLink,
  context: CommandContext,
): Promise<ExitCode> {
  const input = command.input === undefined ? ok({}) : await readJsonSource(command.input);
  if (input.isErr()) return failed(context, input.error);
  const accepted = (await readAccepted(link)).take();
  if (isErr(accepted)) return failed(context, accepted.error);
  const rpc = findRpc(command.rpc, accepted).take();
  if (isErr(rpc)) return failed(context, rpc.error);
  const opened = (await linkAs({ as, contract }, link, context.by)).take();
  if (isErr(opened)) return failed(context, opened.error);
  await using caller = opened;
  const answer = await callServed(rpc, input.value, caller.messaging, {
    timeoutMs: command.timeout,
    signal: context.signal,
  });
  if (answer.kind === "error") return callFailed(context, answer.error);
  context.output.data(answer.value, () => JSON.stringify(answer.value, null, 2));
  return EXIT_CODE.ok;
}
