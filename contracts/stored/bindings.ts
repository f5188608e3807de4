/** What reconciliation gives a running service: where its resources are, and the limits in force. */

import { isRecord } from "../json/json.ts";

/** Where a KV alias lives and the limits in force. */
export interface KvResourceBinding {
  /** Physical bucket name, chosen by Trellis. */
  readonly bucket: string;
  /** Revisions kept of each key. */
  readonly history: number;
  /** Milliseconds after which an entry disappears; 0: never. */
  readonly ttlMs: number;
  /** Largest value in bytes, where one was requested. */
  readonly maxValueBytes?: number;
  /** 1 where events can be committed together with values. */
  readonly outbox?: number;
}

/** Where a store alias lives and the limits in force. */
export interface StoreResourceBinding {
  /** Physical name, chosen by Trellis. */
  name: string;
  /** Milliseconds after which an object disappears; 0: never. */
  ttlMs: number;
  /** Largest total size in bytes, where one was requested. */
  maxTotalBytes?: number;
  /** Largest object in bytes, where one was requested. */
  maxObjectBytes?: number;
}

/** How deliveries are worked on; the same for everything that is taken off a stream. */
export interface WorkSettings {
  /** In work at once, in all instances together. */
  readonly concurrency: number;
  /** Milliseconds until the delivery of a worker that has died goes to another one. */
  readonly ackWaitMs: number;
  /** Tries in all. */
  readonly maxDeliver: number;
  /** Milliseconds before the second try, the third and so on; the last one is used again. */
  readonly backoffMs: readonly number[];
}

/** Where a group gets its events, and how it works on them. */
export interface GroupBinding extends WorkSettings {
  /** The stream that it pulls from: that of all events, or one of its own that has lanes. */
  readonly stream: string;
  /** Its durable consumers: one, or one for each lane. */
  readonly consumers: readonly string[];
  /** In which order events are handled. */
  readonly ordering: "strict" | "key" | "none";
  /** What follows the last try. */
  readonly onDead: "continue" | "hold";
  /** Where what is to be tried again waits, and who gets it then; missing: it waits in its place. */
  readonly later?: {
    readonly stream: string;
    readonly consumer: string;
    /** The server sends on what waits there when its time has come; missing: it cannot, before 2.12. */
    readonly schedules?: true;
  };
  /** The group's name in its subjects and durables, where that is an earlier one: a rename keeps it. */
  readonly name?: string;
  /** The subjects of its events in the stream of all events; missing: not known. */
  readonly filters?: readonly string[];
}

/** Where a queue is, and how it is worked on: that of jobs, or that of an operation. */
export interface QueueBinding extends WorkSettings {
  /** The stream in which its work stands, and what waits for its time. */
  readonly stream: string;
  /** Its durable consumers, by class of priority: one, or some for the lanes of its keys. */
  readonly consumers: readonly (readonly string[])[];
  /** In work at once of what one durable consumer delivers; missing: as many as `concurrency`. */
  readonly maxActive?: number;
  /** The server sends on what waits there when its time has come; missing: it cannot, before 2.12. */
  readonly schedules?: true;
  /** The server checks expectations of several subjects; missing: it does not, before 2.11. */
  readonly wideExpectations?: true;
}

/** Where a projection gets its events. */
export interface ProjectionBinding {
  /** The stream that is folded. */
  readonly stream: string;
  /** When that stream was made, as it stands in positions. */
  readonly created: string;
  /** The subjects of its events there; missing: not known. */
  readonly filters?: readonly string[];
  /** The durable consumer. */
  readonly consumer: string;
  /** The bucket that is read; the KV binding of the alias is the same. */
  readonly bucket: string;
  /** Counted up each time the bucket is made again. */
  readonly generation: number;
  /** What its values are made by; missing: not known. */
  readonly shape?: string;
  /** The bucket that is being made beside it, and its durable consumer. */
  readonly next?: ProjectionGeneration;
  /** The bucket that was read before, which is kept as it was, and its durable consumer. */
  readonly former?: ProjectionGeneration;
}

/** A bucket of a projection, and the durable consumer that fills it. */
export interface ProjectionGeneration {
  readonly bucket: string;
  readonly consumer: string;
  readonly generation: number;
  readonly shape?: string;
}

/** Where what a bucket publishes is taken from. */
export interface RelayBinding {
  /** The stream of the bucket. */
  readonly stream: string;
  /** The durable consumer. */
  readonly consumer: string;
}

/** Reads stored bindings; undefined when they are not of this format. */
export function parseBindings(value: unknown): Bindings | undefined {
  const ok = isRecord(value) && value.format === "trellis.bindings.v1" &&
    typeof value.deployment === "string" && typeof value.contract === "string" &&
    typeof value.version === "number" && isList(value.digests, "string") &&
    (value.surfaces === undefined || Array.isArray(value.surfaces)) &&
    everyMember(value.kv, { bucket: "string", history: "number", ttlMs: "number" }) &&
    everyMember(value.store, { name: "string", ttlMs: "number" }) &&
    everyMember(value.groups ?? {}, GROUP, isGroup) &&
    everyMember(value.projections ?? {}, PROJECTION, isProjection) &&
    everyMember(value.relays ?? {}, { stream: "string", consumer: "string" }) &&
    everyMember(value.jobs ?? {}, QUEUE, isQueue) &&
    everyMember(value.operations ?? {}, QUEUE, isQueue) &&
    [value.dead, value.steps, value.records, value.rates, value.transfer].every((name) =>
      name === undefined || typeof name === "string"
    );
  return ok ? value as object as Bindings : undefined;
}

type Types = Readonly<Record<string, "string" | "number">>;

const GROUP: Types = {
  stream: "string",
  concurrency: "number",
  ackWaitMs: "number",
  maxDeliver: "number",
  ordering: "string",
  onDead: "string",
};

const QUEUE: Types = {
  stream: "string",
  concurrency: "number",
  ackWaitMs: "number",
  maxDeliver: "number",
};

const NEXT: Types = { bucket: "string", consumer: "string", generation: "number" };

const PROJECTION: Types = { stream: "string", created: "string", ...NEXT };

function isGroup(
  { consumers, backoffMs, later, name, filters }: Record<string, unknown>,
): boolean {
  return isList(consumers, "string") && isList(backoffMs, "number") &&
    (later === undefined || hasTypes(later, { stream: "string", consumer: "string" })) &&
    (name === undefined || typeof name === "string") &&
    (filters === undefined || isList(filters, "string"));
}

function isQueue({ consumers, backoffMs, maxActive }: Record<string, unknown>): boolean {
  return Array.isArray(consumers) && consumers.every((ones) => isList(ones, "string")) &&
    isList(backoffMs, "number") && (maxActive === undefined || typeof maxActive === "number");
}

function isProjection({ next, former }: Record<string, unknown>): boolean {
  return [next, former].every((other) => other === undefined || hasTypes(other, NEXT));
}

function everyMember(
  map: unknown,
  types: Types,
  isOne: (member: Record<string, unknown>) => boolean = () => true,
): boolean {
  return isRecord(map) &&
    Object.values(map).every((member) =>
      hasTypes(member, types) && isRecord(member) && isOne(member)
    );
}

function hasTypes(value: unknown, types: Types): boolean {
  return isRecord(value) &&
    Object.entries(types).every(([name, type]) => typeof value[name] === type);
}

function isList(value: unknown, type: "string" | "number"): boolean {
  return Array.isArray(value) && value.every((item) => typeof item === type);
}

/** The bindings of one deployment. */
export interface Bindings {
  /** `trellis.bindings.v1` */
  readonly format: "trellis.bindings.v1";
  /** The deployment they belong to. */
  readonly deployment: string;
  /** The contract id that they were made for. */
  readonly contract: string;
  /** Digests of contracts that may run with these bindings; the accepted one last. */
  readonly digests: readonly string[];
  /** Version of the accepted desired state. */
  readonly version: number;
  /** Subjects of the surfaces that were accepted; bindings that were written before this existed lack it. */
  readonly surfaces?: readonly string[];
  /** KV buckets by alias. */
  readonly kv: Readonly<Record<string, KvResourceBinding>>;
  /** Stores by alias. */
  readonly store: Readonly<Record<string, StoreResourceBinding>>;
  // Bindings that were written before these members existed lack them.
  /** Groups that consume events, by name. */
  readonly groups?: Readonly<Record<string, GroupBinding>>;
  /** Projections by the alias of their bucket. */
  readonly projections?: Readonly<Record<string, ProjectionBinding>>;
  /** What publishes the changes or the outbox of a bucket, by its alias. */
  readonly relays?: Readonly<Record<string, RelayBinding>>;
  /** Queues of jobs, by name. */
  readonly jobs?: Readonly<Record<string, QueueBinding>>;
  /** Queues of operations, by the name of the operation. */
  readonly operations?: Readonly<Record<string, QueueBinding>>;
  /** The KV bucket of the records of jobs and operations, and of grants of files. */
  readonly records?: string;
  /** The stream in which starts are counted, where a queue has a rate. */
  readonly rates?: string;
  /** The stream in which files wait that callers send, where an operation takes one. */
  readonly transfer?: string;
  /** The stream of dead letters, where anything can have one. */
  readonly dead?: string;
  /** The KV bucket of steps that are done once, where there are groups; its entries expire after seven days. */
  readonly steps?: string;
}
