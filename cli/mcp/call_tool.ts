import type { CallToolResult } from "@modelcontextprotocol/server";
import { TrellisError } from "../../contracts/errors/trellis_error.ts";
import { isRecord } from "../../contracts/json/json.ts";
import { isErr } from "../../contracts/result.ts";
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
  const options = { signal, ...(traceparent === undefined ? {} : { traceparent }) };
  if (tool.kind === "rpc") {
    const send = callMaker(client.messaging, client.rights)(tool.owner, tool.surface, use);
    const { timeoutMs } = call;
    const answer = await send(input, {
      ...options,
      ...(timeoutMs === undefined ? {} : { timeoutMs }),
    });
    return answer.isOk()
      ? valueAnswer(answer.value, tool.output)
      : failed(tool, answer.isErr() ? answer.error : undefined);
  }
  const operation = operationMaker(client.messaging, client.rights)(tool.owner, tool.surface, use);
  const started = (await operation.start(input, options)).take();
  if (isErr(started)) return failed(tool, started.error);
  try {
    return await followed(tool, started, call);
  } catch (cause) {
    if (!(cause instanceof TrellisError)) throw cause;
    return failed(tool, cause);
  }
}

async function followed(
  tool: AgentTool,
  ref: UntypedOperationRef,
  { signal, isCancelled, tell }: ToolCall,
): Promise<CallToolResult> {
  const changes = (await ref.watch({ signal })).take();
  if (isErr(changes)) return failed(tool, changes.error);
  let before = "";
  for await (const snapshot of changes) {
    const outcome = outcomeIn(snapshot);
    if (outcome !== undefined) {
      return outcome.isOk()
        ? valueAnswer(outcome.value, tool.output)
        : failed(tool, outcome.isErr() ? outcome.error : undefined);
    }
    const message = progressText(tool.surface, snapshot);
    if (message !== before) await tell(message);
    before = message;
  }
  // Who has only left finds it later by its id; it goes on.
  if (isCancelled() && tool.canCancel) await ref.cancel("its caller has cancelled the call");
  return failed(tool, new Error(`${tool.surface} ${ref.id} goes on, and nobody waits for it`));
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

function failed({ surface }: AgentTool, error: unknown): CallToolResult {
  return failureAnswer(
    failureOf(surface, error instanceof Error ? error : new Error(String(error))),
  );
}
