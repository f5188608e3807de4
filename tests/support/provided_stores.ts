import { bindingsKey } from "../../contracts/authority_records.ts";
import {
  type Bindings,
  parseBindings,
  type StoreResourceBinding,
} from "../../contracts/bindings.ts";
import type { Contract } from "../../contracts/contract.ts";
import type { ContractBody } from "../../contracts/declaration.ts";
import { contractName } from "../../contracts/names.ts";
import { storeBinding } from "../../reconcile/nats/store_config.ts";
import { needsOf } from "../../reconcile/needs.ts";
import { physicalNames } from "../../reconcile/physical_name.ts";
import type { TrellisService } from "../../runtime/service.ts";
import { connect, provision } from "./deployed.ts";
import { RawBuckets } from "./nats/raw_buckets.ts";
import { RawStore } from "./nats/raw_stores.ts";
import type { TrellisServer } from "./trellis_server.ts";

/** Provisions a contract with its stores and connects its service. */
export async function deployWithStores<const B extends ContractBody>(
  server: TrellisServer,
  contract: Contract<B>,
  options: { readonly deployment?: string; readonly without?: readonly string[] } = {},
): Promise<TrellisService<B>> {
  const deployment = options.deployment ?? contractName(contract.id);
  await provision(await server.authority(), contract, deployment);
  await provideStores(server, contract, deployment, options.without);
  return await connect(server, contract, undefined, { deployment });
}

/** Makes the stores of a provisioned contract that it does not have yet, and binds them. */
export async function provideStores(
  server: TrellisServer,
  contract: Contract,
  deployment: string,
  without: readonly string[] = [],
): Promise<Bindings> {
  const { connection } = await server.connect("stores");
  const raw = new RawBuckets(connection);
  const key = bindingsKey(deployment);
  const stored = parseBindings(JSON.parse(await raw.get("trellis_authority", key) ?? "null"));
  if (stored === undefined) throw new Error(`${deployment} has no bindings`);
  const store: Record<string, StoreResourceBinding> = { ...stored.store };
  const needs = needsOf(contract.manifest, contract.digest).resources.store;
  for (const [alias, need] of Object.entries(needs)) {
    if (without.includes(alias)) delete store[alias];
    else if (store[alias] === undefined) {
      const [name] = physicalNames({ deployment, contract: contract.id, alias, kind: "store" });
      const raw = new RawStore(connection, name);
      await raw.create(need, alias);
      store[alias] = storeBinding(await raw.state());
    }
  }
  const bindings = { ...stored, store };
  await raw.put("trellis_authority", key, JSON.stringify(bindings));
  return bindings;
}
