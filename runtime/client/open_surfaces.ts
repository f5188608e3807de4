import type { Contract } from "../../contracts/define/contract.ts";
import {
  bySurfacePath,
  defineMember,
  type SurfaceEntry,
} from "../../contracts/manifest/surface_path.ts";
import {
  eventPublication,
  type EventPublisher,
  publisherOf,
  type UntypedPublication,
} from "../events/event_client.ts";
import { eventSubscription, type UntypedSubscription } from "../events/nats/event_subscription.ts";
import type { Log } from "../log.ts";
import { inboxPrefix } from "../nats/connection.ts";
import { JetStreamRequests } from "../nats/jetstream/jetstream_requests.ts";
import type { Line } from "../nats/line.ts";
import type { CallRights } from "../rpc/call_rights.ts";
import type { Messaging } from "../rpc/messaging.ts";
import { requestsOf, rpcCall, type UntypedCall } from "../rpc/rpc_caller.ts";
import { untilAnswered } from "../rpc/until_answered.ts";
import type { UseState } from "../rpc/use_state.ts";
import type { LiveUses } from "../accepted/live_uses.ts";
import { feedCall, type UntypedFeedCall } from "../feeds/feed_reader.ts";
import { feedSurface } from "../feeds/feed_surface.ts";
import { operationWatcher } from "../operations/operation_watch.ts";
import { openOperation, type UntypedOperation } from "../operations/operation_ref.ts";
import { operationSurface } from "../operations/operation_surface.ts";
import type { NatsMessaging } from "../rpc/nats/nats_messaging.ts";

/** Makes a surface callable. Of a used contract it gets the state of the use. */
export type MakeSurface<T = unknown> = (owner: Contract, name: string, use?: UseState) => T;

/** Makes the calls of a client. */
export function callMaker(messaging: Messaging, rights?: CallRights): MakeSurface<UntypedCall> {
  return ({ manifest, errors }, name, use) => {
    const sender = use === undefined ? messaging : requestsOf(use, messaging);
    return rpcCall(manifest, name, errors, sender, rights);
  };
}

/** Makes what a client starts operations with. */
export function operationMaker(
  messaging: NatsMessaging,
  rights?: CallRights,
): MakeSurface<UntypedOperation> {
  const watch = operationWatcher(messaging);
  const requests = JetStreamRequests.of(messaging.line, inboxPrefix(messaging.session));
  return (owner, name, use) => {
    const sender = use === undefined ? messaging : requestsOf(use, messaging);
    // Whatever is asked twice is done once, so an instance that is frozen costs a second.
    const paths = { sender: untilAnswered(sender), watch, rights, requests };
    return openOperation(operationSurface(owner, name), paths);
  };
}

/** Makes what a client subscribes to feeds with. */
export function feedMaker(
  messaging: NatsMessaging,
  rights?: CallRights,
): MakeSurface<UntypedFeedCall> {
  const { line, session } = messaging;
  return (owner, name, use) => {
    const sender = use === undefined ? messaging : requestsOf(use, messaging);
    return feedCall({ surface: feedSurface(owner, name), line, session, sender, rights });
  };
}

/** Makes what a client publishes. */
export function publicationMaker(publisher: EventPublisher): MakeSurface<UntypedPublication> {
  return ({ manifest }, name, use) =>
    eventPublication(manifest, name, use === undefined ? publisher : publisherOf(use, publisher));
}

/** Makes what a client subscribes to. */
export function subscriptionMaker(line: Line, log?: Log): MakeSurface<UntypedSubscription> {
  return ({ manifest }, name, use) => eventSubscription(manifest, name, line, use, log);
}

/** How the surfaces of a client are made. */
export interface SurfaceMakers {
  readonly rpc: MakeSurface;
  readonly operation: MakeSurface;
  readonly feed: MakeSurface;
  /** Missing for those who publish no events. */
  readonly event?: MakeSurface<UntypedPublication>;
  readonly live: MakeSurface<UntypedSubscription>;
}

/** What code under a contract calls, starts and publishes: its own surfaces, and those that it uses. */
export interface OpenSurfaces {
  readonly rpc: object;
  readonly operation: object;
  readonly feed: object;
  readonly event: object;
  /** By the aliases of the uses. */
  readonly used: object;
}

/** Makes `client.rpc`, `client.operation`, `client.feed`, `client.event` and `client.used`: exactly what the contract declares. */
export function openSurfaces(
  contract: Contract,
  make: SurfaceMakers,
  uses: Pick<LiveUses, "of" | "isThere">,
): OpenSurfaces {
  const { manifest } = contract;
  const calls = entriesOf(Object.keys(manifest.rpc ?? {}), make.rpc, contract);
  const operations = entriesOf(Object.keys(manifest.operations ?? {}), make.operation, contract);
  const feeds = entriesOf(Object.keys(manifest.feeds ?? {}), make.feed, contract);
  const own = Object.keys(manifest.events ?? {});
  const events = make.event === undefined ? [] : eventEntries(contract, make, own, own);
  const used = {};
  for (const [alias, { contract: owner, required, selection }] of contract.used) {
    const use = uses.of(alias);
    const rpc = entriesOf(selection.rpc?.call ?? [], make.rpc, owner, use);
    const operation = entriesOf(selection.operations?.call ?? [], make.operation, owner, use);
    const feed = entriesOf(selection.feeds?.subscribe ?? [], make.feed, owner, use);
    const { publish = [], subscribe = [] } = selection.events ?? {};
    const event = eventEntries(owner, make, publish, subscribe, use);
    const isThere = required ? undefined : () => uses.isThere(alias);
    addTo(calls, rpc, isThere);
    addTo(operations, operation, isThere);
    addTo(feeds, feed, isThere);
    addTo(events, event, isThere);
    const surfaces = {
      rpc: bySurfacePath(rpc),
      operation: bySurfacePath(operation),
      feed: bySurfacePath(feed),
      ...(make.event === undefined ? {} : { event: bySurfacePath(event) }),
    };
    defineMember(used, alias, surfaces, isThere);
  }
  return {
    rpc: bySurfacePath(calls),
    operation: bySurfacePath(operations),
    feed: bySurfacePath(feeds),
    event: bySurfacePath(events),
    used,
  };
}

function entriesOf(
  names: readonly string[],
  make: MakeSurface,
  owner: Contract,
  use?: UseState,
): SurfaceEntry<unknown>[] {
  return names.map((name) => [name, make(owner, name, use)]);
}

/** What can be published, subscribed to, or both. */
function eventEntries(
  owner: Contract,
  make: SurfaceMakers,
  publish: readonly string[],
  subscribe: readonly string[],
  use?: UseState,
): SurfaceEntry<unknown>[] {
  const published = make.event === undefined ? [] : publish;
  return [...new Set([...published, ...subscribe])].map((name) => [name, {
    ...(published.includes(name) ? make.event?.(owner, name, use) : {}),
    ...(subscribe.includes(name) ? make.live(owner, name, use) : {}),
  }]);
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
