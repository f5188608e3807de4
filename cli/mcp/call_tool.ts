import type { CallToolResult } from "@modelcontextprotocol/server";
import { TrellisError } from "../../contracts/errors/trellis_error.ts";
import { isRecord } from "../../contracts/json/json.ts";
import { isErr, type Result } from "../../contracts/result.ts";
import type { ConnectedClient } from "../../runtime/client/connect_client.ts";
import { callMaker, operationMaker } from "../../runtime/client/open_surfaces.ts";
import type { UntypedOperationRef } from "../../runtime/operations/operation_ref.ts";
import { outcomeIn, type UntypedSnapshot } from "../../runtime/operations/read_snapshot.ts";
import { failureOf } from "../calls/call_served.ts";
import type { AgentTool } from "./agent_tools.ts";
import { failureAnswer, valueAnswer } from "./tool_answer.ts";

/** How a tool is called. */
export interface ToolCall {
  readonly given: unknown;
  /** Milliseconds that an RPC may take; undefined: as long as the runtime waits. */
  readonly timeoutMs: number | undefined;
  /** Ends the wait. */
  readonly signal: AbortSignal;
  /** W3C trace context, where the host sends one. */
  readonly traceparent: string | undefined;
  /** Whether the host has cancelled the call, rather than left. */
  readonly isCancelled: () => boolean;
  /** Tells how far an operation is. */
  readonly tell: (message: string) => Promise<void>;
}

/** Calls a tool; what fails is an answer as well. */
export async function callTool(
  tool: AgentTool,
  call: ToolCall,
  client: Pick<ConnectedClient, "messaging" | "rights" | "uses">,
): Promise<CallToolResult> {
  const { member } = tool.input;
  const input = member === undefined
    ? call.given ?? {}
    : isRecord(call.given)
    ? call.given[member]
    : undefined;
  const use = client.uses.of(tool.alias);
  const { traceparent, signal } = call;
  const trace = traceparent === undefined ? {} : { traceparent };
  if (tool.kind === "rpc") {
    const send = callMaker(client.messaging, client.rights)(tool.owner, tool.surface, use);
    const { timeoutMs } = call;
    const limit = timeoutMs === undefined ? {} : { timeoutMs };
    return answered(tool, await send(input, { ...trace, ...limit, signal }));
  }
  const operation = operationMaker(client.messaging, client.rights)(tool.owner, tool.surface, use);
  // Not given up half way: who cancels must know what there is to cancel.
  const started = (await operation.start(input, trace)).take();
  if (isErr(started)) return failed(tool, started.error);
  const answer = await followed(tool, started, call);
  if (answer !== undefined) return answer;
  // Where the host has only left, it goes on, and is found by its id.
  if (call.isCancelled() && tool.canCancel) {
    await started.cancel("its caller has cancelled the call");
  }
  return failed(tool, new Error(`${tool.surface} ${started.id}: nobody waits for it any more`));
}

/** Follows an operation to its end; undefined when the wait was ended before. */
async function followed(
  tool: AgentTool,
  ref: UntypedOperationRef,
  { signal, tell }: ToolCall,
): Promise<CallToolResult | undefined> {
  const changes = (await ref.watch({ signal })).take();
  if (isErr(changes)) return signal.aborted ? undefined : failed(tool, changes.error);
  let before = "";
  try {
    for await (const snapshot of changes) {
      const outcome = outcomeIn(snapshot);
      if (outcome !== undefined) return answered(tool, outcome);
      const message = progressText(tool.surface, snapshot);
      if (message !== before) await tell(message);
      before = message;
    }
    return undefined;
  } catch (cause) {
    if (!(cause instanceof TrellisError)) throw cause;
    return failed(tool, cause);
  }
}

/** How an operation stands, with the id by which a person finds it. */
export function progressText(
  surface: string,
  { id, state, attempt, progress, waitsFor }: UntypedSnapshot,
): string {
  const parts = [
    `${surface} ${id} ${state}`,
    waitsFor !== undefined && `for ${waitsFor}`,
    attempt > 1 && `try ${attempt}`,
    progress !== undefined && JSON.stringify(progress),
  ];
  return parts.filter((part) => part !== false).join(", ");
}

function answered(tool: AgentTool, result: Result<unknown, Error>): CallToolResult {
  return result.isErr() ? failed(tool, result.error) : valueAnswer(result.orThrow(), tool.output);
}

function failed({ surface }: AgentTool, error: Error): CallToolResult {
  return failureAnswer(failureOf(surface, error));
}
