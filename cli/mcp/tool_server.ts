import process from "node:process";
import {
  type CallToolResult,
  ProtocolError,
  ProtocolErrorCode,
  Server,
  type Tool,
} from "@modelcontextprotocol/server";
import { serveStdio, StdioServerTransport } from "@modelcontextprotocol/server/stdio";
import type { Contract } from "../../contracts/define/contract.ts";
import { VERSION } from "../program/version.ts";
import type { AgentTool } from "./agent_tools.ts";
import type { ToolCall } from "./call_tool.ts";

/** What is served. */
export interface ServedTools {
  readonly contract: Contract;
  /** All that there are, also those that may not be called at this moment. */
  readonly tools: readonly AgentTool[];
  /** Those that may be called at this moment. */
  readonly allowed: () => readonly AgentTool[];
  readonly call: (
    tool: AgentTool,
    call: Omit<ToolCall, "timeoutMs">,
  ) => Promise<CallToolResult>;
  /** Told of what the host sends and cannot be read. */
  readonly onError: (error: Error) => void;
}

/** Tools that are served. */
export interface ToolServer {
  /** Resolves when the host has closed standard input. */
  readonly ended: Promise<void>;
  /** Tells the host that other tools may be called than before. */
  changed(): Promise<void>;
  close(): Promise<void>;
}

/** Serves tools over standard input and standard output, which hold nothing else from now on. */
export function serveTools(served: ServedTools): ToolServer {
  const ended = Promise.withResolvers<void>();
  let isOver = false;
  const end = () => {
    isOver = true;
    ended.resolve();
  };
  // Before the transport hears of it, and aborts what is in work.
  process.stdin.once("end", end);
  process.stdin.once("close", end);
  const servers = new Set<Server>();
  const handle = serveStdio(() => {
    const server = toolServer(served, () => isOver);
    servers.add(server);
    server.onclose = () => servers.delete(server);
    return server;
  }, {
    transport: new StdioServerTransport(process.stdin, process.stdout),
    onerror: served.onError,
  });
  return {
    ended: ended.promise,
    async changed() {
      // One that nobody has spoken with yet knows the tools from its first answer.
      await Promise.allSettled([...servers].map((server) => server.sendToolListChanged()));
    },
    async close() {
      end();
      await handle.close();
      process.stdin.off("end", end).off("close", end).destroy();
    },
  };
}

function toolServer(
  { contract, tools, allowed, call }: ServedTools,
  isOver: () => boolean,
): Server {
  const { id, manifest: { displayName, description } } = contract;
  const server = new Server(
    { name: id, title: displayName, version: VERSION },
    { capabilities: { tools: { listChanged: true } }, instructions: description },
  );
  server.setRequestHandler("tools/list", () => ({ tools: allowed().map(described) }));
  server.setRequestHandler("tools/call", async ({ params }, { mcpReq }) => {
    const tool = tools.find(({ name }) => name === params.name);
    if (tool === undefined) {
      throw new ProtocolError(ProtocolErrorCode.InvalidParams, `Unknown tool: ${params.name}`);
    }
    const { signal, _meta } = mcpReq;
    const { traceparent } = _meta ?? {};
    let told = 0;
    const answer = await call(tool, {
      given: params.arguments,
      signal,
      traceparent: typeof traceparent === "string" ? traceparent : undefined,
      isCancelled: () => signal.aborted && !isOver(),
      async tell(message) {
        const progressToken = _meta?.progressToken;
        if (progressToken === undefined || signal.aborted) return;
        told++;
        const progress = { progressToken, progress: told, message };
        await mcpReq.notify({ method: "notifications/progress", params: progress });
      },
    });
    return server.projectCallToolResult(answer, tool.output.schema);
  });
  return server;
}

function described({ name, surface, description, input, output }: AgentTool): Tool {
  return {
    name,
    title: surface,
    description,
    inputSchema: input.schema,
    outputSchema: output.schema,
  };
}
