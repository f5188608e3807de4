import { consumedNames } from "../needs/consumed_names.ts";
import { eventSubject } from "../needs/event_subject.ts";
import type { ByKey, Needs, SurfaceNeed } from "../needs/need_types.ts";

/** Something that a contract lets its holder do, before it is known on which subjects. */
export type Grant =
  /** To answer an RPC. */
  | { readonly kind: "serve"; readonly name: string; readonly subject: string }
  /** To send what those get who subscribe. */
  | { readonly kind: "feed"; readonly name: string; readonly subject: string }
  /** To subscribe to a feed of another contract. */
  | {
    readonly kind: "follow";
    readonly name: string;
    readonly contract: string;
    readonly subject: string | undefined;
  }
  /** To take files that are sent with its operation, or to send those that its answers grant. */
  | {
    readonly kind: "take" | "hand";
    readonly noun: FileNoun;
    readonly name: string;
    readonly subject: string;
  }
  /** The other end of these. */
  | {
    readonly kind: "send" | "fetch";
    readonly noun: FileNoun;
    readonly name: string;
    readonly contract: string;
    readonly subject: string;
  }
  /** To call an RPC of another contract; its subject is missing while nobody has it accepted. */
  | {
    readonly kind: "call";
    readonly name: string;
    readonly contract: string;
    readonly subject: string | undefined;
  }
  /** To start and control the operations that it does; and to have them done. */
  | { readonly kind: "operate"; readonly name: string; readonly subject: string }
  /** To start an operation of another contract, or only to look at and control those that others started. */
  | {
    readonly kind: "start" | "control";
    readonly name: string;
    readonly contract: string;
    readonly subject: string | undefined;
  }
  /** To queue jobs of its own, and to do them. */
  | { readonly kind: "queue"; readonly name: string }
  /** To publish an event, or to receive it as it is published, of its own or of another contract. */
  | {
    readonly kind: "publish" | "subscribe";
    readonly name: string;
    readonly contract: string | undefined;
    /** Without the tokens of its parameters. */
    readonly subject: string | undefined;
    /** How many tokens follow. */
    readonly params: number;
  }
  /** To have Trellis keep the state that it declares. */
  | { readonly kind: "state" }
  /** To take an event, in a group of its own or into the values of a bucket. */
  | {
    readonly kind: "consume" | "fold";
    /** The group, or the alias of the bucket. */
    readonly name: string;
    readonly event: string;
    readonly contract: string | undefined;
  }
  /** To publish what a bucket of its own says of its changes, or what was written with them. */
  | { readonly kind: "relay"; readonly alias: string }
  /** To use a bucket or a store of its own. */
  | { readonly kind: "kv" | "store"; readonly alias: string };

/** What files go with, in words. */
type FileNoun = "rpc" | "operation";

/** A grant that is about feeds or files. */
export type FlowGrant = Extract<Grant, { readonly kind: typeof FLOW[number] }>;

const CLIENT = ["call", "start", "control", "follow", "send", "fetch", "state"];
const FLOW = ["feed", "follow", "take", "hand", "send", "fetch"] as const;

/** The surfaces of a contract that another one uses. */
export type UsedContract = Pick<Needs, "surfaces">;

/** What decides which grants somebody gets. */
export interface GrantContext {
  /** What is accepted of the used contracts, by id. One that is missing gives nothing yet. */
  readonly used: ByKey<UsedContract>;
  /**
   * Global keys of the capabilities that the caller holds. Undefined for a service: what its accepted
   * `uses` select was decided together with them.
   */
  readonly capabilities: ReadonlySet<string> | undefined;
}

/** Actions of used contracts that a running service or client can take, by how a use is written. */
const USES = [
  { selection: "rpc.call:", section: "rpc", action: "call", kind: "call" },
  { selection: "operations.call:", section: "operations", action: "call", kind: "start" },
  { selection: "events.publish:", section: "events", action: "publish", kind: "publish" },
  { selection: "feeds.subscribe:", section: "feeds", action: "subscribe", kind: "follow" },
  { selection: "events.subscribe:", section: "events", action: "subscribe", kind: "subscribe" },
] as const;

/** What can be done about an operation that somebody else has started. */
const CONTROLS = ["observe", "cancel", "control"];

/** What a contract lets its holder do, in the order in which people read it. */
export function grantsOf(needs: Needs, context: GrantContext): readonly Grant[] {
  return [...ownGrants(needs), ...usedGrants(needs, context)];
}

/** A grant as the end of "it may ...". The same words mean the same grant. */
export function grantWords(grant: Grant): string {
  switch (grant.kind) {
    case "serve":
      return `serve rpc ${grant.name}`;
    case "feed":
      return `serve feed ${grant.name}`;
    case "follow":
      return `subscribe to feed ${grant.name} of ${grant.contract}`;
    case "take":
      return `receive files that are sent with ${grant.noun} ${grant.name}`;
    case "hand":
      return `send files that ${grant.noun} ${grant.name} grants`;
    case "send":
      return `send files with ${grant.noun} ${grant.name} of ${grant.contract}`;
    case "fetch":
      return `receive files of ${grant.noun} ${grant.name} of ${grant.contract}`;
    case "call":
      return `call rpc ${grant.name} of ${grant.contract}`;
    case "operate":
      return `serve operation ${grant.name}`;
    case "start":
    case "control":
      return `${grant.kind} operation ${grant.name} of ${grant.contract}`;
    case "queue":
      return `queue and do jobs of ${grant.name}`;
    case "publish":
    case "subscribe":
      return `${grant.kind === "publish" ? "publish" : "subscribe to"} event ${grant.name}${
        grant.contract === undefined ? "" : ` of ${grant.contract}`
      }`;
    case "consume":
      return `consume ${eventWords(grant)} in group ${grant.name}`;
    case "fold":
      return `fold ${eventWords(grant)} into KV ${grant.name}`;
    case "relay":
      return `publish what happens in KV ${grant.alias}`;
    case "state":
      return "read and write its own state";
    case "kv":
      return `read and write KV ${grant.alias}`;
    case "store":
      return `read and write store ${grant.alias}`;
  }
}

function eventWords(
  { event, contract }: { readonly event: string; readonly contract: string | undefined },
): string {
  return `event ${event}${contract === undefined ? "" : ` of ${contract}`}`;
}

function ownGrants(
  { surfaces, resources, state = {}, jobs = {}, consumers = {} }: Needs,
): readonly Grant[] {
  const grants: Grant[] = [];
  for (const [subject, surface] of Object.entries(surfaces)) {
    const { kind, name } = surface;
    if (kind === "rpc") grants.push({ kind: "serve", name, subject });
    if (kind === "operations") grants.push({ kind: "operate", name, subject });
    if (kind === "feeds") grants.push({ kind: "feed", name, subject });
    const { transfer } = surface;
    if (transfer !== undefined) {
      const end = transfer.direction === "send" ? "take" : "hand";
      grants.push({ kind: end, noun: nounOf(kind), name, subject });
    }
    if (kind === "events") {
      const event = eventSubject(subject, surface);
      grants.push({ kind: "publish", name, contract: undefined, ...event });
      grants.push({ kind: "subscribe", name, contract: undefined, ...event });
    }
  }
  if (Object.keys(state).length > 0) grants.push({ kind: "state" });
  for (const name of Object.keys(jobs)) grants.push({ kind: "queue", name });
  for (const [name, need] of Object.entries(consumers)) {
    grants.push(
      ...consumedNames(need).map((event) => ({ kind: "consume" as const, name, ...event })),
    );
  }
  for (const [alias, { projection, changes, outbox }] of Object.entries(resources.kv)) {
    grants.push({ kind: "kv", alias });
    const events = projection === undefined ? [] : consumedNames(projection);
    grants.push(...events.map((event) => ({ kind: "fold" as const, name: alias, ...event })));
    if (changes !== undefined || outbox !== undefined) grants.push({ kind: "relay", alias });
  }
  for (const alias of Object.keys(resources.store)) grants.push({ kind: "store", alias });
  return grants;
}

function usedGrants(needs: Needs, { used, capabilities }: GrantContext): readonly Grant[] {
  const grants: Grant[] = [];
  for (const [contract, { selections }] of Object.entries(needs.contracts)) {
    const surfaces = Object.entries(Object.hasOwn(used, contract) ? used[contract]!.surfaces : {});
    for (const selected of selections) {
      const use = USES.find(({ selection }) => selected.startsWith(selection));
      if (use === undefined) continue;
      const name = selected.slice(use.selection.length);
      const [subject, surface] = surfaces.find(([, surface]) =>
        surface.kind === use.section && surface.name === name
      ) ?? [];
      const may = (action: string) =>
        capabilities === undefined ||
        (surface?.capabilities[action] ?? []).every((key) => capabilities.has(key));
      if (may(use.action)) grants.push(...usedTransfer(contract, subject, surface));
      if (use.kind === "start") {
        // Who may start one may look at it; who may not may be allowed to look at those of others.
        const isGuarded = (action: string) => (surface?.capabilities[action] ?? []).length > 0;
        const controls = CONTROLS.some((action) => isGuarded(action) && may(action));
        const kind = may("call") ? "start" : controls ? "control" : undefined;
        if (kind !== undefined) grants.push({ kind, name, contract, subject });
        continue;
      }
      if (!may(use.action)) continue;
      if (use.kind === "call" || use.kind === "follow") {
        grants.push({ kind: use.kind, name, contract, subject });
      } else grants.push({ kind: use.kind, name, contract, ...eventSubject(subject, surface) });
    }
  }
  return grants;
}

/** Whoever may call a surface may send or fetch the files that go with it. */
function usedTransfer(
  contract: string,
  subject: string | undefined,
  { kind, name, transfer }: Partial<SurfaceNeed> = {},
): readonly Grant[] {
  if (subject === undefined || name === undefined || transfer === undefined) return [];
  const end = transfer.direction === "send" ? "send" : "fetch";
  return [{ kind: end, noun: nounOf(kind), name, contract, subject }];
}

function nounOf(kind: string | undefined): FileNoun {
  return kind === "rpc" ? "rpc" : "operation";
}

/** Whether a grant is about feeds or files. */
export function isFlowGrant(grant: Grant): grant is FlowGrant {
  return FLOW.some((kind) => kind === grant.kind);
}

/** Whether it is for people, devices and agents as well: only services have subjects and data of their own. */
export function isClientGrant(grant: Grant): boolean {
  if (grant.kind === "subscribe") return grant.contract !== undefined;
  return CLIENT.some((kind) => kind === grant.kind);
}
