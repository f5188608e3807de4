import type { Held } from "../../runtime/session/session_rights.ts";
import type { AgentTool } from "./agent_tools.ts";

/** The tools that may be called, and those that may not, each with what is missing. */
export interface SortedTools {
  readonly allowed: readonly AgentTool[];
  readonly refused: readonly { readonly tool: AgentTool; readonly missing: readonly string[] }[];
}

/** Which tools a session may call; all of them where it is not known what it holds. */
export function allowedTools(
  tools: readonly AgentTool[],
  held: Pick<Held, "used" | "capabilities"> | undefined,
): SortedTools {
  const found = tools.map((tool) => ({ tool, missing: missingOf(tool, held ?? ALL) }));
  return {
    allowed: found.filter(({ missing }) => missing.length === 0).map(({ tool }) => tool),
    refused: found.filter(({ missing }) => missing.length > 0),
  };
}

const ALL = { used: undefined, capabilities: undefined };

function missingOf(
  { owner: { id }, subject, capabilities }: AgentTool,
  { used, capabilities: own }: Pick<Held, "used" | "capabilities">,
): readonly string[] {
  if (used !== undefined && !used[id]?.includes(subject)) return [`that ${id} is accepted with it`];
  return own === undefined ? [] : capabilities.filter((key) => !own.has(key));
}
