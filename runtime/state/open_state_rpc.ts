import { bySurfacePath } from "../../contracts/manifest/surface_path.ts";
import { sdk } from "../../contracts/platform/state_sdk.ts";
import type { CallRights } from "../rpc/call_rights.ts";
import { type RequestSender, rpcCall } from "../rpc/rpc_caller.ts";
import { untilAnswered } from "../rpc/until_answered.ts";
import type { OwnState, StateRpc } from "./store_access.ts";

/** The RPCs of state, and whether each it writes: then its answer is worth asking for again. */
const WRITES: Readonly<Record<OwnState, boolean>> = {
  "State.Get": false,
  "State.Put": true,
  "State.Delete": true,
  "State.List": false,
};

/** Makes the calls to `trellis.state@v1` that a contract with state may make, by their paths. */
export function openStateRpc(sender: RequestSender, rights?: CallRights): StateRpc {
  const known = untilAnswered(sender);
  const calls = Object.entries(WRITES).map(([name, writes]) =>
    [name, rpcCall(sdk.manifest, name, sdk.errors, writes ? known : sender, rights)] as const
  );
  // Made from the manifest, which was emitted from the body that the type is derived from.
  return bySurfacePath(calls) as StateRpc;
}
