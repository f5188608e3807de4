import type { ByName, ContractManifest } from "../../contracts/manifest/manifest.ts";
import { contractName, surfaceSubject } from "../../contracts/manifest/names.ts";
import type { UseSelection } from "../../contracts/manifest/sections.ts";
import { callerChannels } from "./asyncapi_callers.ts";
import { type Channels, mergeChannels, type Operation } from "./asyncapi_parts.ts";
import { storedChannels } from "./asyncapi_stored.ts";
import type { ExportedContract } from "./exported_contract.ts";
import type { ExportedSchemas } from "./exported_schemas.ts";

/** What a contract asks of others and takes from them, on their channels. */
export function usedChannels(
  { manifest: { id }, uses = [] }: ExportedContract,
  schemas: ExportedSchemas,
): Channels {
  return mergeChannels(uses.map(({ contract, selection }) => {
    const part = { ...contract, manifest: selected(contract.manifest, selection) };
    const { publish = [] } = selection.events ?? {};
    const published = publish.map((name) =>
      surfaceSubject("events", contract.manifest.events?.[name]?.version ?? "", name)
    );
    const { channels, operations } = mergeChannels([
      callerChannels(part, schemas),
      storedChannels(part, schemas),
    ]);
    const turned = Object.entries(operations).map(([key, operation]) =>
      [
        `${contractName(id)}.${key}`,
        turn(operation, id, published.includes(key)),
      ] as const
    );
    return { channels, operations: Object.fromEntries(turned) };
  }));
}

/** What one side sends, the other one receives; but an event that is published for its owner is sent. */
function turn(operation: Operation, id: string, isPublished: boolean): Operation {
  const { action } = operation;
  const other = action === "send" ? "receive" : "send";
  return {
    ...operation,
    action: isPublished ? action : other,
    bindings: undefined,
    "x-trellis-contract": id,
  };
}

/** Those of its surfaces that are used. */
function selected(
  { rpc, operations, events, feeds, jobs: _, ...manifest }: ContractManifest,
  selection: UseSelection,
): ContractManifest {
  const { publish = [], subscribe = [] } = selection.events ?? {};
  return {
    ...manifest,
    rpc: only(rpc, selection.rpc?.call),
    operations: only(operations, selection.operations?.call),
    events: only(events, [...publish, ...subscribe]),
    feeds: only(feeds, selection.feeds?.subscribe),
  };
}

function only<T>(section: ByName<T> | undefined, names: readonly string[] = []): ByName<T> {
  return Object.fromEntries(
    Object.entries(section ?? {}).filter(([name]) => names.includes(name)),
  );
}
