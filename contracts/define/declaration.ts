/**
 * What an author writes: the body of a contract, section by section. Each type here is the shape
 * of one declaration; the compiler checks the author's literal against it and keeps the literal.
 *
 * @module
 */
import type { TSchema } from "@sinclair/typebox";
import type { ErrorClass } from "../errors/trellis_error.ts";
import type { ContractId } from "../manifest/names.ts";
import type { UseSelection } from "../manifest/sections.ts";

declare const referenced: unique symbol;

/** A reference to a schema of the registry, made by `ref.schema("Name")`. */
export interface SchemaRef<Name extends string = string, Schema extends TSchema = TSchema> {
  /** The name in the `schemas` registry. */
  readonly schema: Name;
  /** Carries the schema's type; not there at run time. */
  readonly [referenced]?: Schema;
}

/** A reference to an error of the registry, made by `ref.error("Name")`. */
export interface ErrorRef<Class extends ErrorClass = ErrorClass> {
  /** The name in the `errors` registry. */
  readonly error: string;
  /** Carries the class's type; not there at run time. */
  readonly [referenced]?: Class;
}

/** The TypeBox schema behind a reference. */
export type SchemaOf<Ref> = Ref extends SchemaRef<string, infer Schema> ? Schema : never;

/** The error class behind a reference. */
export type ErrorClassOf<Ref> = Ref extends ErrorRef<infer Class> ? Class : never;

/** Words for people; never part of the digest. */
export interface Docs {
  /** One line. */
  readonly summary?: string;
  /** The whole text, in Markdown. */
  readonly markdown: string;
}

/** A capability that the contract defines. */
export interface CapabilityDeclaration {
  /** A few words. */
  readonly displayName: string;
  /** What holding it allows. */
  readonly description: string;
  /** What granting it may lead to. */
  readonly consequence?: string;
}

/** Capability keys by action; which actions there are is checked by the section. */
export interface CapabilityLists {
  /** Keys that a caller must hold for the action. */
  readonly [action: string]: readonly string[] | undefined;
}

/** What every surface declares. */
export interface Surface {
  /** Version of this surface, as `v1`; part of its subject. */
  readonly version: `v${number}`;
  /** Words for people. */
  readonly docs?: Docs;
}

/** A file that callers send with the start of an operation. */
export interface SendTransfer {
  /** From the caller to the service. */
  readonly direction: "send";
  /** Alias of the store that keeps it. */
  readonly store: string;
  /** JSON pointer into the input, as `/path`: the key under which the store keeps it. */
  readonly key: string;
  /** JSON pointer into the input, as `/type`: its media type. */
  readonly contentType?: string;
  /** Largest file in bytes; what the store takes when left out, and not quite 1 GiB at most. */
  readonly maxBytes?: number;
  /** Milliseconds that callers have to send it; an hour when left out, which is the most. */
  readonly expiresInMs?: number;
}

/** Files that callers fetch, by grants that the answer holds. */
export interface ReceiveTransfer {
  /** From the service to the caller. */
  readonly direction: "receive";
  /** Alias of the store that they are in. */
  readonly store: string;
}

/** A request that callers send and the service answers. */
export interface RpcDeclaration extends Surface {
  /** Schema of the request. */
  readonly input: SchemaRef;
  /** Schema of the answer. */
  readonly output: SchemaRef;
  /** Errors that the service may answer with. */
  readonly errors?: readonly ErrorRef[];
  /** What a caller must hold. */
  readonly capabilities?: CapabilityLists & { readonly call?: readonly string[] };
  /** Kept out of public catalogues. */
  readonly internal?: boolean;
  /** What its answer may grant. */
  readonly transfer?: ReceiveTransfer;
}

/** Something that the service publishes. */
export interface EventDeclaration extends Surface {
  /** Schema of the body. */
  readonly event: SchemaRef;
  /** JSON pointers into the body whose values become subject tokens, as `/order/id`. */
  readonly params?: readonly string[];
  /** Keep every event of this name for ever, past the age that the stream of events has. */
  readonly keep?: "forever";
  /** What a publisher and a subscriber must hold. */
  readonly capabilities?: CapabilityLists & {
    readonly publish?: readonly string[];
    readonly subscribe?: readonly string[];
  };
}

/** Long work that callers start, watch and may cancel. */
export interface OperationDeclaration extends Surface {
  /** Schema of the request. */
  readonly input: SchemaRef;
  /** Schema of progress reports. */
  readonly progress?: SchemaRef;
  /** Schema of the outcome. */
  readonly output: SchemaRef;
  /** Errors that the work may end with. */
  readonly errors?: readonly ErrorRef[];
  /** Messages that callers may send to running work. */
  readonly signals?: {
    readonly [name: string]: { readonly input: SchemaRef; readonly docs?: Docs };
  };
  /** Whether callers may cancel. */
  readonly cancel?: boolean;
  /** How the work is queued. */
  readonly work?: OperationWork;
  /** The file that comes with its start, or what its output may grant. */
  readonly transfer?: SendTransfer | ReceiveTransfer;
  /** What callers must hold. */
  readonly capabilities?: CapabilityLists & {
    readonly call?: readonly string[];
    readonly observe?: readonly string[];
    readonly cancel?: readonly string[];
    readonly control?: readonly string[];
  };
}

/** A live stream of values that callers subscribe to. */
export interface FeedDeclaration extends Surface {
  /** Schema of the subscription request. */
  readonly input: SchemaRef;
  /** Schema of each value. */
  readonly event: SchemaRef;
  /** Errors that it may be refused with, or end with. */
  readonly errors?: readonly ErrorRef[];
  /** What a subscriber must hold. */
  readonly capabilities?: CapabilityLists & { readonly subscribe?: readonly string[] };
}

/** A durable group that consumes events. */
export interface EventConsumerDeclaration {
  /** Events of used contracts, by `uses` alias. */
  readonly uses?: { readonly [alias: string]: readonly string[] };
  /** Own events. */
  readonly self?: readonly string[];
  /** Where a new group starts. */
  readonly replay?: "new" | "all";
  /** How many events are in work at once, in all instances together; 1 when left out. */
  readonly concurrency?: number;
  /**
   * In which order events are handled: each after the one before it, each after those with the same first
   * param, or as they come. `"strict"` when `concurrency` is 1 or left out, else `"none"`.
   */
  readonly ordering?: "strict" | "key" | "none";
  /** After the last try: go on, with the event kept as a dead letter, or hold its place for a person. */
  readonly onDead?: "continue" | "hold";
  /** Name that the group had before: it goes on where that one stood. */
  readonly renamedFrom?: string;
  /** Milliseconds until an unacknowledged event is delivered again. */
  readonly ackWaitMs?: number;
  /** How often an event is tried. */
  readonly maxDeliver?: number;
  /** Milliseconds to wait before each further try. */
  readonly backoffMs?: readonly number[];
  /** Words for people. */
  readonly docs?: Docs;
}

/** How whatever waits in a queue is worked on. */
export interface QueueSettings {
  /** How many are in work at once, in all instances together; 1 when left out. */
  readonly concurrency?: number;
  /** How often each is tried; 5 when left out. */
  readonly maxDeliver?: number;
  /** Milliseconds to wait before each further try, a fifth more or less; the last one is used again. */
  readonly backoffMs?: readonly number[];
  /** Milliseconds until what a worker that has died had in work is given to another; 30,000 when left out. */
  readonly ackWaitMs?: number;
  /** How many with the same key are in work at once. */
  readonly keyConcurrency?: KeyConcurrency;
}

/** How many with the same key are in work at once; keys that share a lane share the limit. */
export interface KeyConcurrency {
  /** JSON pointer into the payload, as `/tenantId`; without the member, the key is empty. */
  readonly key: string;
  /** At once for one key; 1 when left out. */
  readonly maxActive?: number;
  /** `"strict"`: one after another, in the order of creation, also when one has to be tried again. */
  readonly ordering?: "strict";
}

/** How the work of an operation is queued. */
export interface OperationWork extends QueueSettings {
  /** Milliseconds from its start after which it is given up, waits and tries included; an hour when left out. */
  readonly deadlineMs?: number;
  /** Milliseconds that its record is kept after its end; seven days when left out. */
  readonly keepMs?: number;
}

/**
 * A job that is created again and again. A time of day that the clock skips in spring counts as missed, and
 * one that it has twice in autumn creates one job that is done.
 */
export interface JobSchedule {
  /** Second, minute, hour, day of month, month, day of week: `0 0 3 * * *` is every night at three. */
  readonly cron: string;
  /** IANA time zone, as `Europe/Berlin`; UTC when left out. */
  readonly timeZone?: string;
  /** What each of its jobs is given; must fit the queue's payload. */
  readonly payload: unknown;
  /** After the server was down: nothing, or one job for the last time that was missed. `"none"` when left out. */
  readonly catchUp?: "none" | "last";
}

/** A private work queue of the service. */
export interface JobDeclaration extends QueueSettings {
  /** Schema of a job. */
  readonly payload: SchemaRef;
  /** Version of the payload's shape, as `v2`; `"v1"` when left out. */
  readonly payloadVersion?: string;
  /** Older versions that may still be waiting; the handler's `migrate` makes today's payload of each. */
  readonly acceptedVersions?: { readonly [payloadVersion: string]: SchemaRef };
  /** Schema of its outcome, which is kept. */
  readonly result?: SchemaRef;
  /** Milliseconds from its creation after which a job is given up, waits and tries included. */
  readonly defaultDeadlineMs?: number;
  /** Keep progress reports. */
  readonly progress?: boolean;
  /** Keep log lines. */
  readonly logs?: boolean;
  /** Keep jobs that failed for good as dead letters; true when left out. */
  readonly dlq?: boolean;
  /** JSON pointers into the payload: of jobs that agree in them, at most one is not yet finished. */
  readonly unique?: string | readonly string[];
  /** How many may wait; with `unique` or `keyConcurrency`, of each key. */
  readonly queue?: {
    /** How many of one key may wait, 1 to 16; with `unique` it is 1. */
    readonly maxQueuedPerKey?: number;
    /**
     * What becomes of one too many: its creation fails, answers with the job that is there, or takes the place of
     * the one that waits longest. `"reject"` when left out.
     */
    readonly whenFull?: "reject" | "coalesce" | "replace-oldest";
  };
  /** How many begin within a time, in all instances together; with `key`, of each key. Servers from 2.12. */
  readonly rate?: { readonly limit: number; readonly perMs: number; readonly key?: string };
  /**
   * Classes of priority: what waits in the first is begun before what waits in the next. `concurrency` is then for
   * each class in the deployment, and for all of them in one instance.
   */
  readonly priorities?: 2 | 3;
  /** Jobs that are created by the clock; servers from 2.14. */
  readonly schedules?: { readonly [name: string]: JobSchedule };
  /** Milliseconds that records of jobs which are done, and dead letters, are kept: a day, and thirty. */
  readonly keepMs?: { readonly done?: number; readonly dead?: number };
  /** Words for people. */
  readonly docs?: Docs;
}

/** State that Trellis keeps for each authenticated user or device. */
export interface StateDeclaration {
  /** One value per caller, or a map of them. */
  readonly kind: "value" | "map";
  /** Schema of a value. */
  readonly schema: SchemaRef;
  /** Logical version of the persisted shape; `"v1"` when left out. */
  readonly stateVersion?: string;
  /** Older versions that this code can still read, to migrate them. */
  readonly acceptedVersions?: { readonly [stateVersion: string]: SchemaRef };
  /** Words for people. */
  readonly docs?: Docs;
}

/** The events that the values of a bucket are made of; reducers make them, nobody else writes them. */
export interface ProjectionDeclaration {
  /** Own events. */
  readonly self?: readonly string[];
  /** Events of used contracts, by `uses` alias. */
  readonly uses?: { readonly [alias: string]: readonly string[] };
  /** JSON pointer to the key in the body of each event, or one for each event. */
  readonly key: string | { readonly [event: string]: string };
  /** Changed by the author when the reducers mean something else: the bucket is made again. */
  readonly version?: string;
}

/** The event that says how a bucket has changed. */
export interface ChangesDeclaration {
  /** Published for each value that is written, with the value as its body; its schema is that of the bucket. */
  readonly event: string;
  /** Published for each key that is deleted, with the body `{ "key": "…" }`; nothing is when left out. */
  readonly deleted?: string;
}

/** A key-value bucket of the service, holding JSON values of one schema. */
export interface KvDeclaration {
  /** Why the service needs it. */
  readonly purpose: string;
  /** Schema of the values. */
  readonly schema: SchemaRef;
  /** Whether handlers see it as always present; true when left out. */
  readonly required?: boolean;
  /** Revisions kept of each key, 1 to 64; 1 when left out. */
  readonly history?: number;
  /** Milliseconds after which an entry disappears; 0 or left out: never. */
  readonly ttlMs?: number;
  /** Largest value in bytes; no limit of its own when left out. */
  readonly maxValueBytes?: number;
  /** Alias that the same data had before: a rename keeps the bucket and moves nothing. */
  readonly renamedFrom?: string;
  /** The values are made of these events. */
  readonly projection?: ProjectionDeclaration;
  /** Each value that is written is published as an event. */
  readonly changes?: ChangesDeclaration;
  /**
   * Whether `client.transact` may write to it, together with events; servers from 2.12. What the bucket limits
   * values to, it limits these events to as well.
   */
  readonly outbox?: boolean;
  /** Words for people. */
  readonly docs?: Docs;
}

/** A blob store of the service. */
export interface StoreDeclaration {
  /** Why the service needs it. */
  readonly purpose: string;
  /** Whether handlers see it as always present; true when left out. */
  readonly required?: boolean;
  /** Milliseconds after which an object disappears; 0 or left out: never. */
  readonly ttlMs?: number;
  /** Largest total size in bytes; no limit when left out. */
  readonly maxTotalBytes?: number;
  /** Largest object in bytes; no limit when left out. */
  readonly maxObjectBytes?: number;
  /** Alias that the same data had before: a rename keeps the store and moves nothing. */
  readonly renamedFrom?: string;
  /** Words for people. */
  readonly docs?: Docs;
}

/** The resources that a service owns. */
export interface ResourcesDeclaration {
  /** Key-value buckets by alias. */
  readonly kv?: { readonly [alias: string]: KvDeclaration };
  /** Blob stores by alias. */
  readonly store?: { readonly [alias: string]: StoreDeclaration };
}

/** Finds the contract that a dependency was made from; never part of the manifest. */
export const usedContract: unique symbol = Symbol("trellis.usedContract");

/** A dependency on another contract, made by `contract.use({ … })`. */
export type UseDeclaration = UseSelection & {
  /** Id of the other contract. */
  readonly contract: string;
  /** The contract object. */
  readonly [usedContract]: object;
};

/** Other contracts that this one calls, by an alias of the author's choice. */
export interface UsesDeclaration {
  /** Without these the contract cannot run. */
  readonly required?: { readonly [alias: string]: UseDeclaration };
  /** These may be absent. */
  readonly optional?: { readonly [alias: string]: UseDeclaration };
}

/** What every kind of contract declares. */
export interface CommonBody {
  /** `name@vN`. */
  readonly id: ContractId;
  /** A few words. */
  readonly displayName: string;
  /** One sentence. */
  readonly description: string;
  /** Words for people. */
  readonly docs?: Docs;
  /** Contracts that this one calls. */
  readonly uses?: UsesDeclaration;
  /** Schemas offered to other contracts. */
  readonly exports?: { readonly schemas?: readonly SchemaRef[] };
}

/** The body of a service contract. */
export interface ServiceBody extends CommonBody {
  /** Capabilities that this contract defines. */
  readonly capabilities?: { readonly [key: string]: CapabilityDeclaration };
  /** Requests it answers. */
  readonly rpc?: { readonly [name: string]: RpcDeclaration };
  /** Long work it does. */
  readonly operations?: { readonly [name: string]: OperationDeclaration };
  /** Events it publishes. */
  readonly events?: { readonly [name: string]: EventDeclaration };
  /** Live streams it serves. */
  readonly feeds?: { readonly [name: string]: FeedDeclaration };
  /** Durable groups with which it consumes events. */
  readonly eventConsumers?: { readonly [group: string]: EventConsumerDeclaration };
  /** Its private work queues. */
  readonly jobs?: { readonly [queue: string]: JobDeclaration };
  /** Its buckets and stores. */
  readonly resources?: ResourcesDeclaration;
}

/** The body of an app, agent or device contract. */
export interface ClientBody extends CommonBody {
  /** State that Trellis keeps for the caller. */
  readonly state?: { readonly [name: string]: StateDeclaration };
}

/** The body of any contract. */
export type ContractBody = ServiceBody & ClientBody;
