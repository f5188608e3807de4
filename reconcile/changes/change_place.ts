import { parsePointer } from "../../contracts/json/json_pointer.ts";
import { RESOURCE_KINDS, type ResourceKind } from "../resources/kinds.ts";
import type { Change } from "./change.ts";

/** Where a change is. */
export interface ChangePlace {
  /** The kind of a resource, or the member of the needs that the change is in. */
  readonly section:
    | ResourceKind
    | "contract"
    | "kind"
    | "contracts"
    | "capabilities"
    | "surfaces"
    | "state"
    | "jobs"
    | "consumers"
    /** A member of the manifest that this version does not know: `part` leads to it. */
    | "manifest";
  /** Alias, subject, contract id, key; empty where the section is one thing. */
  readonly name: string;
  /** What of it, as the tokens of a JSON pointer; empty for the whole. */
  readonly part: readonly string[];
}

const SECTIONS = [
  "contract",
  "kind",
  "contracts",
  "capabilities",
  "surfaces",
  "state",
  "jobs",
  "consumers",
] as const satisfies readonly ChangePlace["section"][];

/**
 * Reads the path of a change. Plans are stored with the path alone, and this is the one reader of it.
 *
 * ```ts ignore
 * changePlace({ code: "schema.widened", path: "/resources/kv/orders/schema/properties/sku" });
 * // { section: "kv", name: "orders", part: ["schema", "properties", "sku"] }
 * ```
 */
export function changePlace({ code, path }: Pick<Change, "code" | "path">): ChangePlace {
  const tokens = parsePointer(path) ?? [];
  const [first, ...rest] = tokens;
  const known = first === "resources"
    ? RESOURCE_KINDS.find((kind) => kind === rest[0])
    : SECTIONS.find((section) => section === first);
  if (known === undefined || code === "contract.unknown") {
    return { section: "manifest", name: "", part: tokens };
  }
  const [name = "", ...part] = first === "resources" ? rest.slice(1) : rest;
  return { section: known, name, part };
}
