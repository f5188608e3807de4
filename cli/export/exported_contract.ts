import type { JsonObject } from "../../contracts/json/json.ts";
import type { ByName, ContractManifest } from "../../contracts/manifest/manifest.ts";
import { contractMajor } from "../../contracts/manifest/names.ts";
import type { UseSelection } from "../../contracts/manifest/sections.ts";

/** A contract that a document describes. */
export interface ExportedContract {
  readonly manifest: ContractManifest;
  readonly digest: string;
  /** Which serves it. */
  readonly deployment: string;
  /** What it uses of others, as far as that is known. */
  readonly uses?: readonly ExportedUse[];
}

/** What a contract uses of another one. */
export interface ExportedUse {
  readonly contract: ExportedContract;
  readonly selection: UseSelection;
}

/** The members of a section by name, in the order of their names. */
export function sorted<T>(section: ByName<T> | undefined): readonly (readonly [string, T])[] {
  return Object.entries(section ?? {}).sort(([a], [b]) => a < b ? -1 : a > b ? 1 : 0);
}

/** What every document says of the contracts in it. */
export function documentInfo(contracts: readonly ExportedContract[], about: string): object {
  const [first] = contracts;
  const only = contracts.length === 1 ? first?.manifest : undefined;
  const described = contracts.map(({ manifest: { id, description, docs } }) =>
    [only === undefined ? `**${id}**: ${description}` : description, docs?.markdown]
      .filter((text) => text !== undefined).join("\n\n")
  );
  return {
    title: contracts.map(({ manifest: { displayName } }) => displayName).join(", "),
    version: only === undefined
      ? contracts.map(({ manifest: { id } }) => id).join(", ")
      : `${contractMajor(only.id)}.0.0`,
    description: [...described, about].join("\n\n"),
    "x-trellis-contracts": contracts.map(({ manifest: { id, kind }, digest }) => ({
      id,
      kind,
      digest,
    })),
  };
}

/** A document as plain JSON, without the members that are undefined. */
export function plainDocument(document: object): JsonObject {
  return JSON.parse(JSON.stringify(document));
}
