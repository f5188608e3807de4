/**
 * The manifest `trellis.contract.v1`: plain JSON that every language can read. Unknown members of
 * the top level are ignored by readers and kept by writers.
 *
 * @module
 */
import type { JsonObject, JsonValue } from "../json/json.ts";
import type { UseSelection } from "./sections.ts";

/** The format identifier of a contract manifest. */
export const CONTRACT_FORMAT = "trellis.contract.v1";

/** Who runs a contract. */
export type ContractKind = "service" | "app" | "agent" | "device";

/** A reference to an embedded schema. */
export interface ManifestSchemaRef {
  /** Name of the embedded schema. */
  readonly schema: string;
}

/** Words for people. */
export interface ManifestDocs {
  /** One line. */
  readonly summary?: string;
  /** The whole text, in Markdown. */
  readonly markdown: string;
}

/** An RPC, operation, event or feed. */
export interface ManifestSurface {
  /** As `v1`. */
  readonly version: string;
  /** Where it is served; parameters stand as `{/json/pointer}`. */
  readonly subject: string;
  /** Words for people; never part of the digest. */
  readonly docs?: ManifestDocs;
}

/** Files that go with a surface, as declared. */
export interface ManifestTransfer {
  /** From the caller, or to it. */
  readonly direction: "send" | "receive";
  /** Alias of the store. */
  readonly store: string;
  /** JSON pointer into the input: the key of what is sent. */
  readonly key?: string;
  /** JSON pointer into the input: its media type. */
  readonly contentType?: string;
  /** Largest file in bytes. */
  readonly maxBytes?: number;
  /** Milliseconds that callers have to send it. */
  readonly expiresInMs?: number;
}

/** An RPC. */
export interface ManifestRpc extends ManifestSurface {
  /** What is sent. */
  readonly input: ManifestSchemaRef;
  /** What is answered. */
  readonly output: ManifestSchemaRef;
  /** Wire types of declared errors. */
  readonly errors?: readonly { readonly type: string }[];
  /** Global keys of what callers must hold, by action. */
  readonly capabilities?: { readonly call?: readonly string[] };
  /** Kept out of public catalogues. */
  readonly internal?: boolean;
  /** What its answer may grant. */
  readonly transfer?: ManifestTransfer;
}

/** An operation. */
export interface ManifestOperation extends ManifestSurface {
  /** What is sent. */
  readonly input: ManifestSchemaRef;
  /** What is reported meanwhile. */
  readonly progress?: ManifestSchemaRef;
  /** What is answered. */
  readonly output: ManifestSchemaRef;
  /** Wire types of declared errors. */
  readonly errors?: readonly { readonly type: string }[];
  /** What may be sent to running work. */
  readonly signals?: Readonly<Record<string, { readonly input: ManifestSchemaRef }>>;
  /** Whether callers may cancel. */
  readonly cancel?: boolean;
  /** How the work is queued. */
  readonly work?: ManifestOperationWork;
  /** The file that comes with its start, or what its output may grant. */
  readonly transfer?: ManifestTransfer;
  /** Global keys of what callers must hold, by action. */
  readonly capabilities?: Readonly<Record<string, readonly string[]>>;
}

/** An event. */
export interface ManifestEvent extends ManifestSurface {
  /** The body. */
  readonly event: ManifestSchemaRef;
  /** JSON pointers whose values become subject tokens. */
  readonly params?: readonly string[];
  /** Every event of this name is kept past the age that the stream of events has. */
  readonly keep?: "forever";
  /** Global keys of what callers must hold, by action. */
  readonly capabilities?: {
    readonly publish?: readonly string[];
    readonly subscribe?: readonly string[];
  };
}

/** A feed. */
export interface ManifestFeed extends ManifestSurface {
  /** What is sent. */
  readonly input: ManifestSchemaRef;
  /** The body. */
  readonly event: ManifestSchemaRef;
  /** Wire types of declared errors. */
  readonly errors?: readonly { readonly type: string }[];
  /** Global keys of what callers must hold, by action. */
  readonly capabilities?: { readonly subscribe?: readonly string[] };
}

/** Which events are consumed: own ones, and those of used contracts by alias. */
export interface ConsumedEvents {
  /** Own events. */
  readonly self?: readonly string[];
  /** Events of used contracts, by `uses` alias. */
  readonly uses?: ByName<readonly string[]>;
}

/** A durable group that consumes events. */
export interface ManifestConsumer extends ConsumedEvents {
  /** Where a new group starts; `new` when absent. */
  readonly replay?: "new" | "all";
  /** Events in work at once, in all instances together; 1 when absent. */
  readonly concurrency?: number;
  /** `strict` when absent and `concurrency` is 1 or absent, else `none`. */
  readonly ordering?: "strict" | "key" | "none";
  /** What follows the last try; `continue` when absent. */
  readonly onDead?: "continue" | "hold";
  /** Name that the group had before. */
  readonly renamedFrom?: string;
  /** Milliseconds until an unacknowledged event is delivered again. */
  readonly ackWaitMs?: number;
  /** How often an event is tried. */
  readonly maxDeliver?: number;
  /** Milliseconds to wait before each further try; the last one is used again. */
  readonly backoffMs?: readonly number[];
  /** Words for people; never part of the digest. */
  readonly docs?: ManifestDocs;
}

/** The events that the values of a bucket are made of. */
export interface ManifestProjection extends ConsumedEvents {
  /** JSON pointer to the key in the body of each event, or one for each event by `<event>`. */
  readonly key: string | ByName<string>;
  /** What the reducers mean; another one makes the bucket again. */
  readonly version?: string;
}

/** A KV resource as requested; defaults stay absent. */
export interface ManifestKv {
  /** Why the service needs it. */
  readonly purpose: string;
  /** Name of the embedded schema. */
  readonly schema: ManifestSchemaRef;
  /** Whether handlers see it as always present; true when absent. */
  readonly required?: boolean;
  /** Revisions kept of each key; 1 when absent. */
  readonly history?: number;
  /** Milliseconds after which an entry disappears; 0 or absent: never. */
  readonly ttlMs?: number;
  /** Largest value in bytes; absent: no limit of its own. */
  readonly maxValueBytes?: number;
  /** Alias that the same data had before: a rename keeps the bucket and moves nothing. */
  readonly renamedFrom?: string;
  /** The events that its values are made of; absent: handlers write them. */
  readonly projection?: ManifestProjection;
  /** The events of this contract that say how it has changed. */
  readonly changes?: { readonly event: string; readonly deleted?: string };
  /** Whether one transaction may write to it and publish events. */
  readonly outbox?: boolean;
  /** Words for people; never part of the digest. */
  readonly docs?: ManifestDocs;
}

/** A store resource as requested; defaults stay absent. */
export interface ManifestStore {
  /** Why the service needs it. */
  readonly purpose: string;
  /** Whether handlers see it as always present; true when absent. */
  readonly required?: boolean;
  /** Milliseconds after which an entry disappears; 0 or absent: never. */
  readonly ttlMs?: number;
  /** Largest total size in bytes; absent: no limit. */
  readonly maxTotalBytes?: number;
  /** Largest object in bytes; absent: no limit. */
  readonly maxObjectBytes?: number;
  /** Alias that the same data had before: a rename keeps the store and moves nothing. */
  readonly renamedFrom?: string;
  /** Words for people; never part of the digest. */
  readonly docs?: ManifestDocs;
}

/** What is used of another contract. */
export interface ManifestUse extends UseSelection {
  /** Id of the used contract. */
  readonly contract: string;
}

/** A state store. */
export interface ManifestState {
  /** What it is. */
  readonly kind: "value" | "map";
  /** Name of the embedded schema. */
  readonly schema: ManifestSchemaRef;
  /** Logical version of the persisted shape; `v1` when absent. */
  readonly stateVersion?: string;
  /** Older versions that can still be read. */
  readonly acceptedVersions?: Readonly<Record<string, ManifestSchemaRef>>;
  /** Words for people; never part of the digest. */
  readonly docs?: ManifestDocs;
}

/** How whatever waits in a queue is worked on; defaults stay absent. */
export interface ManifestQueue {
  /** In work at once, in all instances together; 1 when absent. */
  readonly concurrency?: number;
  /** How often each is tried. */
  readonly maxDeliver?: number;
  /** Milliseconds to wait before each further try; the last one is used again. */
  readonly backoffMs?: readonly number[];
  /** Milliseconds until what a dead worker had in work is delivered again. */
  readonly ackWaitMs?: number;
  /** In work at once of one key. */
  readonly keyConcurrency?: {
    readonly key: string;
    readonly maxActive?: number;
    readonly ordering?: "strict";
  };
}

/** How the work of an operation is queued. */
export interface ManifestOperationWork extends ManifestQueue {
  /** Milliseconds from its start after which it is given up. */
  readonly deadlineMs?: number;
  /** Milliseconds that its record is kept after its end. */
  readonly keepMs?: number;
}

/** A job that is created by the clock. */
export interface ManifestSchedule {
  /** Six fields, seconds first. */
  readonly cron: string;
  /** IANA time zone; UTC when absent. */
  readonly timeZone?: string;
  /** What each job is given. */
  readonly payload: JsonValue;
  /** What becomes of missed times; `none` when absent. */
  readonly catchUp?: "none" | "last";
}

/** A job queue. */
export interface ManifestJob extends ManifestQueue {
  /** A job. */
  readonly payload: ManifestSchemaRef;
  /** Version of its shape; `v1` when absent. */
  readonly payloadVersion?: string;
  /** Older versions that can still be read. */
  readonly acceptedVersions?: ByName<ManifestSchemaRef>;
  /** Its outcome. */
  readonly result?: ManifestSchemaRef;
  /** Milliseconds from its creation after which it is given up. */
  readonly defaultDeadlineMs?: number;
  /** Whether progress reports are kept. */
  readonly progress?: boolean;
  /** Whether log lines are kept. */
  readonly logs?: boolean;
  /** Whether jobs that failed for good are kept; true when absent. */
  readonly dlq?: boolean;
  /** JSON pointers into the payload: of jobs that agree in them one is not yet finished. */
  readonly unique?: string | readonly string[];
  /** How many of one key may wait, and what becomes of one too many. */
  readonly queue?: {
    readonly maxQueuedPerKey?: number;
    readonly whenFull?: "reject" | "coalesce" | "replace-oldest";
  };
  /** How many begin within a time. */
  readonly rate?: { readonly limit: number; readonly perMs: number; readonly key?: string };
  /** Classes of priority; 1 when absent. */
  readonly priorities?: 2 | 3;
  /** Jobs that are created by the clock. */
  readonly schedules?: ByName<ManifestSchedule>;
  /** Milliseconds that records and dead letters are kept. */
  readonly keepMs?: { readonly done?: number; readonly dead?: number };
  /** Words for people; never part of the digest. */
  readonly docs?: ManifestDocs;
}

/** A declared error and the schema of its data. */
export interface ManifestError {
  /** Unique wire type. */
  readonly type: string;
  /** Name of the embedded schema. */
  readonly schema?: ManifestSchemaRef;
}

/** A capability. */
export interface ManifestCapability {
  /** A few words. */
  readonly displayName: string;
  /** One sentence. */
  readonly description: string;
  /** What granting it may lead to. */
  readonly consequence?: string;
}

/** A map by name. */
export type ByName<T> = Readonly<Record<string, T>>;

/** The manifest of one contract. */
export interface ContractManifest {
  /** The format identifier. */
  readonly format: typeof CONTRACT_FORMAT;
  /** `name@vN`. */
  readonly id: string;
  /** A few words. */
  readonly displayName: string;
  /** One sentence. */
  readonly description: string;
  /** What it is. */
  readonly kind: ContractKind;
  /** Words for people; never part of the digest. */
  readonly docs?: ManifestDocs;
  /** Global keys of what callers must hold, by action. */
  readonly capabilities?: ByName<ManifestCapability>;
  /** Self-contained JSON Schemas by name. */
  readonly schemas?: ByName<JsonObject | boolean>;
  /** Schemas offered to other contracts. */
  readonly exports?: { readonly schemas?: readonly string[] };
  /** Contracts that this one calls. */
  readonly uses?: {
    readonly required?: ByName<ManifestUse>;
    readonly optional?: ByName<ManifestUse>;
  };
  /** Wire types of declared errors. */
  readonly errors?: ByName<ManifestError>;
  /** RPCs. */
  readonly rpc?: ByName<ManifestRpc>;
  /** Operations. */
  readonly operations?: ByName<ManifestOperation>;
  /** Events. */
  readonly events?: ByName<ManifestEvent>;
  /** Feeds. */
  readonly feeds?: ByName<ManifestFeed>;
  /** Durable groups that consume events. */
  readonly eventConsumers?: ByName<ManifestConsumer>;
  /** Private work queues. */
  readonly jobs?: ByName<ManifestJob>;
  /** State kept for each caller. */
  readonly state?: ByName<ManifestState>;
  /** Buckets and stores. */
  readonly resources?: { readonly kv?: ByName<ManifestKv>; readonly store?: ByName<ManifestStore> };
}
