import { type TSchema, Type } from "@sinclair/typebox";
import type { Contract } from "../../contracts/contract.ts";
import type { KvDeclaration, ServiceBody } from "../../contracts/declaration.ts";
import { defineServiceContract } from "../../contracts/define.ts";
import type { ContractId } from "../../contracts/names.ts";
import { type Needs, needsOf } from "../../reconcile/needs.ts";

/** What a test says of a KV alias. */
export type KvSettings = Partial<Omit<KvDeclaration, "schema">>;

/** The body of {@link kvContract}. */
export interface KvBody extends ServiceBody {
  readonly resources: { readonly kv: Readonly<Record<string, KvDeclaration>> };
}

/** A small schema, for tests that do not care. */
export const Item: TSchema = Type.Object({ name: Type.String() });

/** A contract with nothing but KV aliases, all of one schema. */
export function kvContract(
  kv: Readonly<Record<string, KvSettings>>,
  { id = "orders-service@v1", schema = Item }: { id?: ContractId; schema?: TSchema } = {},
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
    },
  }));
}

/** What such a contract asks for. */
export function kvNeeds(
  kv: Readonly<Record<string, KvSettings>>,
  options: { id?: ContractId; schema?: TSchema } = {},
): Needs {
  const { manifest, digest } = kvContract(kv, options);
  return needsOf(manifest, digest);
}
