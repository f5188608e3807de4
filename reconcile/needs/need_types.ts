import type { JsonObject, JsonValue } from "../../contracts/json/json.ts";
import type { SettingsOf } from "../resources/settings.ts";
import type { ContractKind, ManifestTransfer } from "../../contracts/manifest/manifest.ts";

/** What is asked for with any resource that holds data. */
interface ResourceNeed {
  readonly required: boolean;
  readonly purpose: string;
  /** Alias that the same data had before. */
  readonly renamedFrom?: string;
}

/** A KV bucket that a contract asks for, with every setting. */
export interface KvNeed extends SettingsOf<"kv">, ResourceNeed {
  readonly schema: JsonObject | boolean;
  /** The events that its values are made of; missing: handlers write them. */
  readonly projection?: ProjectionNeed;
  /** The own events that say how it has changed. */
  readonly changes?: ChangesNeed;
  /** One transaction may write to it and publish events. */
  readonly outbox?: true;
}

/** A store that a contract asks for, with every setting. */
export interface StoreNeed extends SettingsOf<"store">, ResourceNeed {}

/** A surface that a contract serves, with everything that callers depend on. */
export interface SurfaceNeed {
  /** The section of the contract that declares it, as `rpc`. */
  readonly kind: string;
  readonly name: string;
  readonly schemas: Readonly<Record<string, JsonObject | boolean>>;
  readonly errors: readonly string[];
  readonly capabilities: Readonly<Record<string, readonly string[]>>;
  // Records that were written before these members existed lack them.
  /** Schemas of the data of errors, by wire type. */
  readonly errorData?: Readonly<Record<string, JsonObject | boolean>>;
  /** Schemas of what may be sent to running work, by signal. */
  readonly signals?: Readonly<Record<string, JsonObject | boolean>>;
  /** Whether running work may be cancelled; operations only. */
  readonly cancel?: boolean;
  /** JSON pointers whose values become subject tokens; events only. */
  readonly params?: readonly string[];
  /** Its messages never expire; events only. */
  readonly keep?: "forever";
  /** How its work is queued, as far as it says; operations only. */
  readonly work?: JsonObject;
  /** The files that go with it, as far as it says; RPCs and operations only. */
  readonly transfer?: ManifestTransfer;
}

/** What is used of another contract. */
export interface UseNeed {
  readonly required: boolean;
  /** `rpc.call:Orders.Get`, sorted. */
  readonly selections: readonly string[];
}

/** A capability that a contract defines. */
export interface CapabilityNeed {
  readonly displayName: string;
  readonly description: string;
  /** What granting it may lead to. */
  readonly consequence?: string;
}

/** State that a contract keeps for each user or device. */
export interface StateNeed {
  /** `value` or `map`. */
  readonly kind: string;
  readonly stateVersion: string;
  readonly schema: JsonObject | boolean;
  /** Schemas of older versions that can still be read, by version. */
  readonly acceptedVersions: Readonly<Record<string, JsonObject | boolean>>;
}

/** A private work queue. */
export interface JobNeed {
  readonly payload: JsonObject | boolean;
  /** Version of the payload's shape; records of older versions lack it. */
  readonly payloadVersion?: string;
  /** Schemas of older versions that can still be read, by version. */
  readonly acceptedVersions?: ByKey<JsonObject | boolean>;
  readonly result?: JsonObject | boolean;
  /** Everything else that the queue declares. */
  readonly settings: JsonObject;
}

/** Which events are consumed. */
export interface ConsumedNeed {
  /** `uses.<alias>:<event>` and `self:<event>`, sorted. */
  readonly events: readonly string[];
  /** Ids of the used contracts that these come from, by alias; records of older versions lack it. */
  readonly contracts?: ByKey<string>;
}

/** A durable group that consumes events. */
export interface ConsumerNeed extends ConsumedNeed {
  /** Name that the group had before. */
  readonly renamedFrom?: string;
  /** Everything else that the group declares. */
  readonly settings: JsonObject;
}

/** The events that the values of a bucket are made of. */
export interface ProjectionNeed extends ConsumedNeed {
  /** JSON pointer to the key in the body of each event, or one for each event. */
  readonly key: string | ByKey<string>;
  /** What the reducers mean. */
  readonly version?: string;
}

/** The own events that say how a bucket has changed. */
export interface ChangesNeed {
  readonly event: string;
  readonly deleted?: string;
}

/** A map by name. */
export type ByKey<T> = Readonly<Record<string, T>>;

/** Everything that a contract asks of its deployment's authority. */
export interface Needs {
  readonly contract: string;
  readonly kind: ContractKind;
  readonly digest: string;
  /** Used contracts by id. */
  readonly contracts: ByKey<UseNeed>;
  /** Served surfaces by subject. */
  readonly surfaces: ByKey<SurfaceNeed>;
  /** Capabilities defined here, by global key. */
  readonly capabilities: ByKey<CapabilityNeed>;
  readonly resources: { readonly kv: ByKey<KvNeed>; readonly store: ByKey<StoreNeed> };
  // Records that were written before these members existed lack them.
  readonly state?: ByKey<StateNeed>;
  readonly jobs?: ByKey<JobNeed>;
  readonly consumers?: ByKey<ConsumerNeed>;
  /** What the manifest says that this version does not know, by JSON pointer; absent: nothing. */
  readonly unknown?: ByKey<JsonValue>;
}
