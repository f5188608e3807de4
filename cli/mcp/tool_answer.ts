import type { CallToolResult } from "@modelcontextprotocol/server";
import { isRecord } from "../../contracts/json/json.ts";
import type { CallFailure } from "../calls/call_served.ts";
import { adviceText } from "../program/command_text.ts";
import type { ToolSchema } from "./agent_tools.ts";

/** A value that a service has answered, as text and as data. */
export function valueAnswer(value: unknown, { member }: ToolSchema): CallToolResult {
  const structured = member === undefined ? value : { [member]: value };
  return {
    content: [{ type: "text", text: JSON.stringify(value, null, 2) }],
    // What fits the schema of a tool is an object.
    ...(isRecord(structured) ? { structuredContent: structured } : {}),
  };
}

/** Why a call has failed: a sentence for the model, then the same as JSON for programs. */
export function failureAnswer(
  { message, code, transport, issues, payload }: CallFailure,
): CallToolResult {
  const hint = transport && adviceText(transport);
  const data = {
    code,
    message,
    ...(hint === undefined ? {} : { hint }),
    ...(issues.length === 0 ? {} : { issues }),
    ...(payload === undefined ? {} : { data: payload }),
  };
  const where = issues.map(({ path, message }) => `${path || "/"} ${message}`);
  const lines = [`${code}: ${message}`, ...where, ...(hint === undefined ? [] : [hint])];
  return {
    isError: true,
    content: [
      { type: "text", text: lines.join("\n") },
      { type: "text", text: JSON.stringify(data) },
    ],
  };
}
