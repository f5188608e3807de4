import type { Contract } from "../../contracts/define/contract.ts";
import { isRecord, type JsonObject } from "../../contracts/json/json.ts";
import type { ManifestOperation, ManifestRpc } from "../../contracts/manifest/manifest.ts";
import { toDraft2020 } from "../export/schema_dialects.ts";
import { toolNames } from "./tool_names.ts";

/** An RPC or an operation of a used contract, as a tool. */
export interface AgentTool {
  /** Up to 64 letters, digits, `-` and `_`. */
  readonly name: string;
  readonly kind: "rpc" | "operations";
  /** Dotted, as `Orders.Create`. */
  readonly surface: string;
  /** Alias of the used contract. */
  readonly alias: string;
  /** Who declares it. */
  readonly owner: Contract;
  readonly subject: string;
  /** Global keys of what a caller must hold. */
  readonly capabilities: readonly string[];
  /** Whether it can be cancelled; of operations alone. */
  readonly canCancel: boolean;
  readonly description: string;
  readonly input: ToolSchema;
  readonly output: ToolSchema;
}

/** A schema as tools have it: of an object. */
export interface ToolSchema {
  readonly schema: JsonObject & { readonly type: "object" };
  /** The member that holds the value, where that may be something else than an object. */
  readonly member: "input" | "output" | undefined;
}

/** What an agent's contract uses and can be called as tools, and what cannot. */
export interface AgentTools {
  readonly tools: readonly AgentTool[];
  /** Operations that begin with a file: a tool is called with JSON alone. */
  readonly needFiles: readonly string[];
}

/** The RPCs and operations that a contract uses, as tools, in the order in which it names them. */
export function agentTools({ used }: Pick<Contract, "used">): AgentTools {
  const found = [...used].flatMap(([alias, { contract, selection }]) => [
    ...(selection.rpc?.call ?? []).flatMap((surface) =>
      unnamed("rpc", surface, alias, contract, contract.manifest.rpc?.[surface])
    ),
    ...(selection.operations?.call ?? []).flatMap((surface) =>
      unnamed("operations", surface, alias, contract, contract.manifest.operations?.[surface])
    ),
  ]);
  const callable = found.filter(({ needsFile }) => !needsFile);
  const names = toolNames(callable);
  return {
    tools: callable.map(({ needsFile: _, ...tool }, at) => ({ ...tool, name: names[at] ?? "" })),
    needFiles: found.filter(({ needsFile }) => needsFile).map(({ surface }) => surface),
  };
}

type UnnamedTool = Omit<AgentTool, "name"> & { readonly needsFile: boolean };

function unnamed(
  kind: AgentTool["kind"],
  surface: string,
  alias: string,
  owner: Contract,
  declared: (ManifestRpc & Partial<ManifestOperation>) | ManifestOperation | undefined,
): readonly UnnamedTool[] {
  if (declared === undefined) return [];
  const { schemas = {}, displayName, description } = owner.manifest;
  const { subject, docs, input, output, errors = [], capabilities, cancel, transfer } = declared;
  const words = [
    docs?.summary,
    docs?.markdown,
    `${kind === "rpc" ? "The RPC" : "The operation"} ${surface} of ${displayName}: ${description}`,
    kind === "operations" &&
    "It takes time, tells how far it is, and answers when it has ended.",
    errors.length > 0 && `Errors: ${errors.map(({ type }) => type).join(", ")}.`,
  ];
  return [{
    kind,
    surface,
    alias,
    owner,
    subject,
    capabilities: capabilities?.call ?? [],
    canCancel: cancel ?? false,
    description: words.filter((word) => typeof word === "string").join("\n\n"),
    input: toolSchema(schemas[input.schema] ?? true, "input"),
    output: toolSchema(schemas[output.schema] ?? true, "output"),
    needsFile: transfer?.direction === "send",
  }];
}

/** Tools take and answer objects; anything else stands in one member of an object. */
export function toolSchema(
  declared: JsonObject | boolean,
  member: "input" | "output",
): ToolSchema {
  const schema = toDraft2020(declared);
  if (isRecord(schema) && schema.type === "object") {
    return { schema: { ...schema, type: "object" }, member: undefined };
  }
  return {
    schema: { type: "object", properties: { [member]: schema }, required: [member] },
    member,
  };
}
