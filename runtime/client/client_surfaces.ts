import type { Contract } from "../../contracts/define/contract.ts";
import { defineMember } from "../../contracts/manifest/surface_path.ts";
import type { LiveUses } from "../accepted/live_uses.ts";
import type { NatsMessaging } from "../rpc/nats/nats_messaging.ts";
import type { SessionRights } from "../session/session_rights.ts";
import { openStateRpc } from "../state/open_state_rpc.ts";
import { openStores } from "../state/open_stores.ts";
import type { StateRpc } from "../state/store_access.ts";
import { type FetchFile, fileFetcher } from "../transfer/receive/file_download.ts";
import {
  callMaker,
  feedMaker,
  type OpenSurfaces,
  openSurfaces,
  operationMaker,
  subscriptionMaker,
} from "./open_surfaces.ts";

/** What a client calls, starts, subscribes to and fetches, and its state. */
export interface ClientSurfaces extends OpenSurfaces {
  /** By the stores that the contract declares. */
  readonly state: object;
  readonly transfer: FetchFile;
}

/** Makes what a client offers under its contract. */
export function openClientSurfaces(
  contract: Contract,
  messaging: NatsMessaging,
  rights: SessionRights | undefined,
  uses: LiveUses,
): ClientSurfaces {
  const state = openState(contract, messaging, rights);
  const surfaces = openSurfaces(contract, {
    rpc: callMaker(messaging, rights),
    operation: operationMaker(messaging, rights),
    feed: feedMaker(messaging, rights),
    live: subscriptionMaker(messaging.line),
  }, uses);
  if (state !== undefined && !contract.used.has("state")) {
    defineMember(surfaces.used, "state", { rpc: state });
  }
  return {
    ...surfaces,
    state: openStores(contract.manifest, state),
    transfer: fileFetcher(messaging, rights),
  };
}

/** What state is called with, for contracts that declare some. */
function openState(
  { manifest: { state = {} } }: Contract,
  messaging: NatsMessaging,
  rights: SessionRights | undefined,
): StateRpc | undefined {
  return Object.keys(state).length === 0 ? undefined : openStateRpc(messaging, rights);
}
