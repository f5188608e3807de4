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

/** Reads stored bindings; undefined when they are not of this format. */
export function parseBindings(value: unknown): Bindings | undefined {
  const ok = isRecord(value) && value.format === "trellis.bindings.v1" &&
    typeof value.deployment === "string" && typeof value.contract === "string" &&
    typeof value.version === "number" && Array.isArray(value.digests) &&
    value.digests.every((digest) => typeof digest === "string") &&
    (value.surfaces === undefined || Array.isArray(value.surfaces)) &&
    everyMember(value.kv, { bucket: "string", history: "number", ttlMs: "number" }) &&
    everyMember(value.store, { name: "string", ttlMs: "number" });
  return ok ? value as object as Bindings : undefined;
}

function everyMember(map: unknown, types: Readonly<Record<string, string>>): boolean {
  return isRecord(map) &&
    Object.values(map).every((member) =>
      isRecord(member) &&
      Object.entries(types).every(([name, type]) => typeof member[name] === type)
    );
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
}
