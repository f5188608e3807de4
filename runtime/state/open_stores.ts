import type { ContractManifest } from "../../contracts/manifest/manifest.ts";
import { defineMember } from "../../contracts/manifest/surface_path.ts";
import { MapStore } from "./map_store.ts";
import { type StateRpc, StoreAccess } from "./store_access.ts";
import { storeShape } from "./store_shape.ts";
import { ValueStore } from "./value_store.ts";

/** Makes `client.state`: exactly the stores that the contract declares. Nothing is sent. */
export function openStores(manifest: ContractManifest, rpc: StateRpc | undefined): object {
  const stores: object = Object.create(null);
  if (rpc === undefined) return stores;
  for (const [name, declaration] of Object.entries(manifest.state ?? {})) {
    const access = new StoreAccess(storeShape(manifest, name, declaration), rpc.state);
    const store = declaration.kind === "map" ? new MapStore(access) : new ValueStore(access);
    defineMember(stores, name, store);
  }
  return stores;
}
