import type { Contract } from "../../contracts/define/contract.ts";
import {
  bySurfacePath,
  defineMember,
  type SurfaceEntry,
} from "../../contracts/manifest/surface_path.ts";
import { eventPublication, type EventPublisher, publisherOf } from "../events/event_client.ts";
import type { CallRights } from "../rpc/call_rights.ts";
import type { Messaging } from "../rpc/messaging.ts";
import { requestsOf, rpcCall, type UntypedCall } from "../rpc/rpc_caller.ts";
import type { UseState } from "../rpc/use_state.ts";
import type { LiveUses } from "../accepted/live_uses.ts";

/** Makes a surface callable. Of a used contract it gets the state of the use. */
export type MakeSurface<T = unknown> = (owner: Contract, name: string, use?: UseState) => T;

/** Makes the calls of a client. */
export function callMaker(messaging: Messaging, rights?: CallRights): MakeSurface<UntypedCall> {
  return ({ manifest, errors }, name, use) => {
    const sender = use === undefined ? messaging : requestsOf(use, messaging);
    return rpcCall(manifest, name, errors, sender, rights);
  };
}

/** Makes what a client publishes. */
export function publicationMaker(publisher: EventPublisher): MakeSurface {
  return ({ manifest }, name, use) =>
    eventPublication(manifest, name, use === undefined ? publisher : publisherOf(use, publisher));
}

/** How the surfaces of a client are made. */
export interface SurfaceMakers {
  readonly rpc: MakeSurface;
  /** Missing for those who publish no events. */
  readonly event?: MakeSurface;
}

/** What code under a contract calls and publishes: its own surfaces, and those that it uses. */
export interface OpenSurfaces {
  readonly rpc: object;
  readonly event: object;
  /** By the aliases of the uses. */
  readonly used: object;
}

/** Makes `client.rpc`, `client.event` and `client.used`: exactly what the contract declares. */
export function openSurfaces(
  contract: Contract,
  make: SurfaceMakers,
  uses: LiveUses,
): OpenSurfaces {
  const { manifest } = contract;
  const calls = entriesOf(Object.keys(manifest.rpc ?? {}), make.rpc, contract);
  const publications = entriesOf(Object.keys(manifest.events ?? {}), make.event, contract);
  const used = {};
  for (const [alias, { contract: owner, required, selection }] of contract.used) {
    const use = uses.of(alias);
    const rpc = entriesOf(selection.rpc?.call ?? [], make.rpc, owner, use);
    const event = entriesOf(selection.events?.publish ?? [], make.event, owner, use);
    const isThere = required ? undefined : () => uses.isThere(alias);
    addTo(calls, rpc, isThere);
    addTo(publications, event, isThere);
    const surfaces = {
      rpc: bySurfacePath(rpc),
      ...(make.event === undefined ? {} : { event: bySurfacePath(event) }),
    };
    defineMember(used, alias, surfaces, isThere);
  }
  return { rpc: bySurfacePath(calls), event: bySurfacePath(publications), used };
}

function entriesOf(
  names: readonly string[],
  make: MakeSurface | undefined,
  owner: Contract,
  use?: UseState,
): SurfaceEntry<unknown>[] {
  return make === undefined ? [] : names.map((name) => [name, make(owner, name, use)]);
}

/** What is there anyway is not hidden by an optional use of the same. */
function addTo(
  known: SurfaceEntry<unknown>[],
  entries: readonly SurfaceEntry<unknown>[],
  isThere: (() => boolean) | undefined,
): void {
  for (const [name, surface] of entries) {
    if (isThere === undefined || !known.some(([other]) => other === name)) {
      known.push([name, surface, isThere]);
    }
  }
}
