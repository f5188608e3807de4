import { type TSchema, Type } from "@sinclair/typebox";
import type { Contract } from "../../contracts/define/contract.ts";
import type {
  KvDeclaration,
  ServiceBody,
  StoreDeclaration,
} from "../../contracts/define/declaration.ts";
import { defineServiceContract } from "../../contracts/define/define.ts";
import type { ContractId } from "../../contracts/manifest/names.ts";
import type { Needs } from "../../reconcile/needs/need_types.ts";
import { needsOf } from "../../reconcile/needs/needs.ts";

/** What a test says of a KV alias. */
export type KvSettings = Partial<Omit<KvDeclaration, "schema">>;

/** What a test says of a store alias. */
export type StoreSettings = Partial<StoreDeclaration>;

/** The body of {@link kvContract}. */
export interface KvBody extends ServiceBody {
  readonly resources: {
    readonly kv: Readonly<Record<string, KvDeclaration>>;
    readonly store: Readonly<Record<string, StoreDeclaration>>;
  };
}

/** What a test says of the contract beside its KV aliases. */
export interface KvContractOptions {
  readonly id?: ContractId;
  readonly schema?: TSchema;
  readonly store?: Readonly<Record<string, StoreSettings>>;
}

/** A small schema, for tests that do not care. */
export const Item: TSchema = Type.Object({ name: Type.String() });

/** A contract with nothing but KV aliases, all of one schema, and stores. */
export function kvContract(
  kv: Readonly<Record<string, KvSettings>>,
  { id = "orders-service@v1", schema = Item, store = {} }: KvContractOptions = {},
): Contract<KvBody> {
  return defineServiceContract({ schemas: { Item: schema } }, (ref): KvBody => ({
    id,
    displayName: "Orders",
    description: "Stores things.",
    resources: {
      kv: Object.fromEntries(
        Object.entries(kv).map(([alias, settings]) => [
          alias,
          { purpose: `store ${alias}`, schema: ref.schema("Item"), ...settings },
        ]),
      ),
      store: Object.fromEntries(
        Object.entries(store).map(([alias, settings]) => [
          alias,
          { purpose: `keep ${alias}`, ...settings },
        ]),
      ),
    },
  }));
}

/** What such a contract asks for. */
export function kvNeeds(
  kv: Readonly<Record<string, KvSettings>>,
  options: KvContractOptions = {},
): Needs {
  const { manifest, digest } = kvContract(kv, options);
  return needsOf(manifest, digest);
}
