import { type Caller, callerToken } from "../../contracts/identity/caller.ts";
import type { ContractPrincipal } from "../../contracts/identity/contract_runner.ts";
import { requestsSubject, WATCH_SUBJECT } from "../../contracts/live/live_subjects.ts";
import { bootstrapSubject } from "../../contracts/stored/bootstrap.ts";
import { discoveryName } from "../../contracts/manifest/names.ts";
import type { Bindings } from "../../contracts/stored/bindings.ts";
import type { ByKey, Needs } from "../needs/need_types.ts";
import type { CallerTokens } from "./caller_tokens.ts";
import { flowPublishLines, flowSubscribeLines } from "./flow_lines.ts";
import {
  type Grant,
  grantsOf,
  grantWords,
  isClientGrant,
  isFlowGrant,
  type UsedContract,
} from "./grant.ts";
import { literalSubject } from "./literal_subject.ts";
import type { PermissionLine, Permissions } from "./permission_line.ts";
import { bucketLines, historyLines, storeLines } from "./resource_lines.ts";
import { generationAfter } from "../../contracts/stored/projection_names.ts";
import { queueLines } from "./queue_lines.ts";
import { batchLines, groupLines } from "./work_lines.ts";

/** Who is let in, and what was accepted for them. */
export interface PermissionsAsked {
  /** Who, in which session. */
  readonly caller: Caller;
  /** What was accepted of the caller's contract; missing: nothing was, and they only learn that. */
  readonly needs?: Needs;
  /** Where the resources of the caller's deployment are; missing where it has none. */
  readonly bindings?: Bindings;
  /** What is accepted of the contracts that the caller's contract uses, by id. */
  readonly used?: ByKey<UsedContract>;
  /** Global keys of the capabilities that were granted. A service needs none: its `uses` are accepted. */
  readonly capabilities?: readonly string[];
}

/** RPCs that everybody may call who is no service, whatever the contract says. */
const OWN_SESSION = ["Auth.Sessions.Me", "Auth.Sessions.Logout"];
/** The RPCs of that contract with which services ask about their callers. */
const CALLERS = [
  { name: "Auth.Capabilities.List", why: "ask what its callers hold" },
  { name: "Auth.Sessions.Contract", why: "ask which contract a caller runs" },
];
const AUTH_CONTRACT = "trellis.auth@v1";
/** The RPCs behind the state of a contract. */
const STATE = ["State.Get", "State.Put", "State.Delete", "State.List"];

/**
 * What somebody may publish and subscribe to, as the broker will enforce it; undefined for an admin,
 * who may do everything in the account. Throws a RangeError for names that would widen a line.
 */
export function compilePermissions(asked: PermissionsAsked): Permissions | undefined {
  const { caller } = asked;
  if (caller.principal.kind === "admin") return undefined;
  const { principal: { kind, id }, session } = caller;
  const tokens = { caller: callerToken(caller), session, principal: id };
  return permissionLines(kind, tokens, asked);
}

/**
 * The same for every session of a principal, or of every principal of a kind, to be shown: `<id>` and
 * `<session>` stand in the places of theirs.
 */
export function describePermissions(
  { kind, id = EXAMPLE.id }: { readonly kind: ContractPrincipal; readonly id?: string },
  asked: Omit<PermissionsAsked, "caller">,
): Permissions {
  const caller = callerToken({ principal: { kind, id }, session: EXAMPLE.session })
    .replace(EXAMPLE.session, PLACE.session).replace(EXAMPLE.id, PLACE.id);
  const principal = id === EXAMPLE.id ? PLACE.id : id;
  return permissionLines(kind, { caller, session: PLACE.session, principal }, asked);
}

const PLACE = { id: "<id>", session: "<session>" };
const EXAMPLE = { id: "0".repeat(26), session: "a".repeat(16) };

function permissionLines(
  kind: ContractPrincipal,
  tokens: CallerTokens,
  asked: Omit<PermissionsAsked, "caller">,
): Permissions {
  const { needs, bindings, used = {} } = asked;
  const publish: PermissionLine[] = [
    { subject: bootstrapSubject(tokens.session), why: "ask what it may do" },
  ];
  const subscribe: PermissionLine[] = [
    { subject: `_INBOX.${tokens.session}.>`, why: "receive answers" },
  ];
  if (needs === undefined) return { publish, subscribe };
  const isService = kind === "service";
  const capabilities = isService ? undefined : new Set(asked.capabilities);
  const grants = grantsOf(needs, { used, capabilities });
  // Only services have subjects and data of their own, whatever a contract asks for; only others have state.
  const isOwn = (grant: Grant) => isService ? grant.kind !== "state" : isClientGrant(grant);
  for (const grant of grants.filter(isOwn)) {
    publish.push(...publishLines(grant, tokens, bindings));
    subscribe.push(...subscribeLines(grant, tokens));
  }
  if (isService) {
    publish.push({ subject: "_INBOX.>", why: "answer requests" });
    for (const { name, why } of CALLERS) {
      publish.push({ subject: `rpc.v1.${name}.${tokens.caller}`, why });
    }
    subscribe.push(...discoveryLines(needs.contract, tokens));
    const { principal: deployment, session: instance } = tokens;
    const why = "report its requests to those who watch them";
    publish.push({ subject: requestsSubject({ deployment, instance }), why });
    subscribe.push({ subject: WATCH_SUBJECT, why, part: "learn that somebody watches" });
  } else {
    for (const name of OWN_SESSION) publish.push(callLine(name, AUTH_CONTRACT, tokens));
  }
  return { publish: once(publish), subscribe: once(subscribe) };
}

function publishLines(
  grant: Grant,
  tokens: CallerTokens,
  bindings: Bindings | undefined,
): readonly PermissionLine[] {
  const why = grantWords(grant);
  if (isFlowGrant(grant)) return flowPublishLines(grant, tokens, bindings, why);
  switch (grant.kind) {
    case "serve":
      // Its own client offers what it declares.
      return [{ ...callsOf(grant.subject, tokens), why, part: "call it itself" }];
    case "call": {
      const { subject } = grant;
      return subject === undefined ? [] : [{ ...callsOf(subject, tokens), why }];
    }
    case "operate": {
      const itself = [
        { ...callsOf(grant.subject, tokens), why, part: "start it itself" },
        { subject: controlOf(grant.subject, tokens), why, part: "control it itself" },
      ];
      const bound = own(bindings?.operations, grant.name);
      return bound === undefined || bindings === undefined
        ? itself
        : [...itself, ...queueLines(bindings, "operation", grant.name, bound, why)];
    }
    case "start":
    case "control": {
      const { subject } = grant;
      if (subject === undefined) return [];
      const control = {
        subject: controlOf(subject, tokens),
        why,
        part: "look at it and control it",
      };
      return grant.kind === "control" ? [control] : [{ ...callsOf(subject, tokens), why }, control];
    }
    case "queue": {
      const bound = own(bindings?.jobs, grant.name);
      return bound === undefined || bindings === undefined
        ? []
        : queueLines(bindings, "job", grant.name, bound, why);
    }
    case "publish":
      return eventLines(grant);
    case "subscribe":
      return [];
    case "consume": {
      const bound = own(bindings?.groups, grant.name);
      return bound === undefined || bindings === undefined
        ? []
        : groupLines(bindings, grant.name, bound, why);
    }
    case "fold": {
      const bound = own(bindings?.projections, grant.name);
      if (bound === undefined || bindings === undefined) return [];
      const { stream, filters = [], former } = bound;
      // A bucket that is made again is no decision, so what fills it has its rights before; the one from
      // before is read again where its version comes back.
      const beside = [
        bound.next ?? generationAfter(bound),
        ...(former === undefined ? [] : [former]),
      ];
      const consumers = [bound, ...beside].map(({ consumer }) => ({ stream, consumer }));
      return [
        ...batchLines(bindings, "projection", grant.name, consumers, why),
        ...filters.flatMap((filter) => historyLines(stream, filter, why)),
        ...beside.flatMap(({ bucket }) => bucketLines({ bucket, history: 1, ttlMs: 0 }, why)),
      ];
    }
    case "relay": {
      const bound = own(bindings?.relays, grant.alias);
      return bound === undefined || bindings === undefined
        ? []
        : batchLines(bindings, "relay", grant.alias, [bound], why);
    }
    case "state":
      return STATE.map((name) => ({
        subject: `rpc.v1.${name}.${tokens.caller}`,
        why,
        part: `call ${name}`,
      }));
    case "kv": {
      const bound = own(bindings?.kv, grant.alias);
      return bound === undefined ? [] : bucketLines(bound, why);
    }
    case "store": {
      const bound = own(bindings?.store, grant.alias);
      return bound === undefined ? [] : storeLines(bound, why);
    }
  }
}

function subscribeLines(grant: Grant, tokens: CallerTokens): readonly PermissionLine[] {
  if (grant.kind === "subscribe") return eventLines(grant);
  const why = grantWords(grant);
  if (isFlowGrant(grant)) return flowSubscribeLines(grant, tokens, why);
  if (grant.kind === "operate") {
    const subject = literalSubject(grant.subject);
    return [
      { subject: `${subject}.*`, why, part: "start it" },
      { subject: `${subject}.control.*`, why, part: "be asked about it" },
    ];
  }
  return grant.kind === "serve" ? [{ subject: `${literalSubject(grant.subject)}.*`, why }] : [];
}

function callsOf(subject: string, { caller }: CallerTokens) {
  return { subject: `${literalSubject(subject)}.${caller}` };
}

function controlOf(subject: string, { caller }: CallerTokens): string {
  return `${literalSubject(subject)}.control.${caller}`;
}

/** An event whatever its params are; none while nobody has it accepted. */
function eventLines(
  grant: Extract<Grant, { kind: "publish" | "subscribe" }>,
): readonly PermissionLine[] {
  const { subject, params } = grant;
  if (subject === undefined) return [];
  return [{ subject: literalSubject(subject) + ".*".repeat(params), why: grantWords(grant) }];
}

function callLine(name: string, contract: string, tokens: CallerTokens): PermissionLine {
  const why = grantWords({ kind: "call", name, contract, subject: undefined });
  return { subject: `rpc.v1.${name}.${tokens.caller}`, why };
}

/**
 * The questions to all, to its name and to itself. Of those to all each is a line of its own: `$SRV.*`
 * would let `$SRV.>` through.
 */
function discoveryLines(contract: string, { session }: CallerTokens): readonly PermissionLine[] {
  const name = discoveryName(contract);
  const toAll = ["PING", "INFO", "STATS"].map((question) => `$SRV.${question}`);
  return [...toAll, `$SRV.*.${literalSubject(name)}`, `$SRV.*.${name}.${session}`]
    .map((subject) => ({ subject, why: "be found by discovery" }));
}

/** Two reasons for one subject are one line: each line costs memory for each session. */
function once(lines: readonly PermissionLine[]): readonly PermissionLine[] {
  return [...Map.groupBy(lines, ({ subject }) => subject).values()].map(([first, ...more]) => {
    const why = [...new Set([first!, ...more].map((line) => line.why))].join(", ");
    return why === first!.why ? first! : { ...first!, why };
  });
}

function own<T>(map: ByKey<T> | undefined, key: string): T | undefined {
  return map !== undefined && Object.hasOwn(map, key) ? map[key] : undefined;
}
