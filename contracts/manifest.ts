/**
 * The manifest `trellis.contract.v1`: plain JSON that every language can read. Unknown members of
 * the top level are ignored by readers and kept by writers.
 *
 * @module
 */
import type { JsonObject } from "./json.ts";

/** The format identifier of a contract manifest. */
export const CONTRACT_FORMAT = "trellis.contract.v1";

/** Who runs a contract. */
export type ContractKind = "service" | "app" | "agent" | "device";

/** A reference to an embedded schema. */
export interface ManifestSchemaRef {
  readonly schema: string;
}

/** Words for people. */
export interface ManifestDocs {
  readonly summary?: string;
  readonly markdown: string;
}

/** An RPC, operation, event or feed. */
interface ManifestSurface {
  readonly version: string;
  readonly subject: string;
  readonly docs?: ManifestDocs;
}

/** An RPC. */
export interface ManifestRpc extends ManifestSurface {
  readonly input: ManifestSchemaRef;
  readonly output: ManifestSchemaRef;
  readonly errors?: readonly { readonly type: string }[];
  readonly capabilities?: { readonly call?: readonly string[] };
  readonly internal?: boolean;
}

/** An operation. */
export interface ManifestOperation extends ManifestSurface {
  readonly input: ManifestSchemaRef;
  readonly progress?: ManifestSchemaRef;
  readonly output: ManifestSchemaRef;
  readonly errors?: readonly { readonly type: string }[];
  readonly signals?: Readonly<Record<string, { readonly input: ManifestSchemaRef }>>;
  readonly cancel?: boolean;
  readonly capabilities?: Readonly<Record<string, readonly string[]>>;
}

/** An event. */
export interface ManifestEvent extends ManifestSurface {
  readonly event: ManifestSchemaRef;
  readonly params?: readonly string[];
  readonly capabilities?: {
    readonly publish?: readonly string[];
    readonly subscribe?: readonly string[];
  };
}

/** A feed. */
export interface ManifestFeed extends ManifestSurface {
  readonly input: ManifestSchemaRef;
  readonly event: ManifestSchemaRef;
  readonly capabilities?: { readonly subscribe?: readonly string[] };
}

/** A KV resource as requested; defaults stay absent. */
export interface ManifestKv {
  readonly purpose: string;
  readonly schema: ManifestSchemaRef;
  readonly required?: boolean;
  readonly history?: number;
  readonly ttlMs?: number;
  readonly maxValueBytes?: number;
  readonly docs?: ManifestDocs;
}

/** A store resource as requested; defaults stay absent. */
export interface ManifestStore {
  readonly purpose: string;
  readonly required?: boolean;
  readonly ttlMs?: number;
  readonly maxTotalBytes?: number;
  readonly maxObjectBytes?: number;
  readonly docs?: ManifestDocs;
}

/** What is used of another contract. */
export interface ManifestUse {
  readonly contract: string;
  readonly rpc?: { readonly call?: readonly string[] };
  readonly operations?: { readonly call?: readonly string[] };
  readonly events?: {
    readonly publish?: readonly string[];
    readonly subscribe?: readonly string[];
  };
  readonly feeds?: { readonly subscribe?: readonly string[] };
}

/** A state store. */
export interface ManifestState {
  readonly kind: "value" | "map";
  readonly schema: ManifestSchemaRef;
  readonly stateVersion?: string;
  readonly acceptedVersions?: Readonly<Record<string, ManifestSchemaRef>>;
  readonly docs?: ManifestDocs;
}

/** A job queue. */
export interface ManifestJob {
  readonly payload: ManifestSchemaRef;
  readonly result?: ManifestSchemaRef;
  readonly [setting: string]: unknown;
}

/** A declared error and the schema of its data. */
export interface ManifestError {
  readonly type: string;
  readonly schema?: ManifestSchemaRef;
}

/** A capability. */
export interface ManifestCapability {
  readonly displayName: string;
  readonly description: string;
  readonly consequence?: string;
}

type ByName<T> = Readonly<Record<string, T>>;

/** The manifest of one contract. */
export interface ContractManifest {
  readonly format: typeof CONTRACT_FORMAT;
  readonly id: string;
  readonly displayName: string;
  readonly description: string;
  readonly kind: ContractKind;
  readonly docs?: ManifestDocs;
  readonly capabilities?: ByName<ManifestCapability>;
  readonly schemas?: ByName<JsonObject | boolean>;
  readonly exports?: { readonly schemas?: readonly string[] };
  readonly uses?: {
    readonly required?: ByName<ManifestUse>;
    readonly optional?: ByName<ManifestUse>;
  };
  readonly errors?: ByName<ManifestError>;
  readonly rpc?: ByName<ManifestRpc>;
  readonly operations?: ByName<ManifestOperation>;
  readonly events?: ByName<ManifestEvent>;
  readonly feeds?: ByName<ManifestFeed>;
  readonly eventConsumers?: ByName<JsonObject>;
  readonly jobs?: ByName<ManifestJob>;
  readonly state?: ByName<ManifestState>;
  readonly resources?: { readonly kv?: ByName<ManifestKv>; readonly store?: ByName<ManifestStore> };
}
