import {
  DiscardPolicy,
  RetentionPolicy,
  StorageType,
  type StreamConfig,
  type StreamInfo,
} from "@nats-io/jetstream";
import type { StoreResourceBinding } from "../../contracts/bindings.ts";
import {
  indexStream,
  indexSubjectPrefix,
  objectStream,
  STORE_ORPHAN_MS,
} from "../../contracts/store_names.ts";
import type { Owner } from "../physical_name.ts";

const NS_PER_MS = 1_000_000;
/** The server's own default window for recognising repeated publishes. */
const DUPLICATE_WINDOW_MS = 120_000;
/** Where the stream of objects keeps the limit that the server knows nothing of. */
const MAX_OBJECT_BYTES = "trellis.maxObjectBytes";

/** The settings of a store that Trellis declares. */
export interface StoreSettings {
  /** 0: objects never expire. */
  readonly ttlMs: number;
  /** 0: no limit. */
  readonly maxTotalBytes: number;
  /** 0: no limit. The runtime enforces it. */
  readonly maxObjectBytes: number;
}

/** A store as it is on the server. */
export interface StoreState {
  /** Physical name. */
  readonly name: string;
  /** What is in force. */
  readonly settings: StoreSettings;
  /** Whose it is; undefined when one of its streams does not say, or they contradict each other. */
  readonly owner: Owner | undefined;
  /** Keys, deleted ones that have not been forgotten yet included. */
  readonly values: number;
  /** Size of everything in bytes. */
  readonly bytes: number;
  /** When it was made: a store that was deleted and made again has another time. */
  readonly created: string;
}

/** One of the two streams of a store. */
export type StoreStreamConfig = Partial<StreamConfig> & { name: string };

/** The two streams of a store. */
export interface StoreConfigs {
  /** The index is made first: without it nothing leads to an object. */
  readonly index: StoreStreamConfig;
  /** The objects. */
  readonly objects: StoreStreamConfig;
}

/** The stream configurations of a new store. Fresh objects each time: the client writes on them. */
export function newStoreConfigs(
  name: string,
  owner: Owner,
  settings: StoreSettings,
): StoreConfigs {
  const changeable = changeableStoreConfigs(owner, settings);
  return {
    index: {
      ...common(),
      name: indexStream(name),
      subjects: [`${indexSubjectPrefix(name)}>`],
      max_msgs_per_subject: 1,
      max_bytes: -1,
      ...changeable.index,
    },
    objects: {
      ...common(),
      name: objectStream(name),
      subjects: [`$O.${name}.C.>`, `$O.${name}.M.>`],
      max_msgs_per_subject: -1,
      ...changeable.objects,
    },
  };
}

/** The parts of the configurations that an update may change. */
export function changeableStoreConfigs(
  owner: Owner,
  settings: StoreSettings,
): { readonly index: Partial<StreamConfig>; readonly objects: Partial<StreamConfig> } {
  const { ttlMs, maxTotalBytes, maxObjectBytes } = settings;
  const window = ttlMs === 0 ? DUPLICATE_WINDOW_MS : Math.min(DUPLICATE_WINDOW_MS, ttlMs);
  const limit: Record<string, string> = maxObjectBytes === 0
    ? {}
    : { [MAX_OBJECT_BYTES]: String(maxObjectBytes) };
  return {
    index: {
      max_age: ttlMs * NS_PER_MS,
      duplicate_window: window * NS_PER_MS,
      metadata: ownerMetadata(owner),
    },
    objects: {
      // Keys expire first, and whoever has begun to read by then can finish.
      max_age: ttlMs === 0 ? 0 : (ttlMs + STORE_ORPHAN_MS) * NS_PER_MS,
      max_bytes: maxTotalBytes === 0 ? -1 : maxTotalBytes,
      duplicate_window: DUPLICATE_WINDOW_MS * NS_PER_MS,
      metadata: { ...ownerMetadata(owner), ...limit },
    },
  };
}

/** Reads two streams as a store. */
export function storeState(name: string, objects: StreamInfo, index: StreamInfo): StoreState {
  const limit = Number(objects.config.metadata?.[MAX_OBJECT_BYTES] ?? 0);
  const owners = [ownerOf(objects.config.metadata), ownerOf(index.config.metadata)];
  return {
    name,
    settings: {
      ttlMs: Math.round(index.config.max_age / NS_PER_MS),
      maxTotalBytes: Math.max(0, objects.config.max_bytes),
      maxObjectBytes: Number.isSafeInteger(limit) && limit > 0 ? limit : 0,
    },
    owner: JSON.stringify(owners[0]) === JSON.stringify(owners[1]) ? owners[0] : undefined,
    values: index.state.num_subjects ?? 0,
    bytes: objects.state.bytes + index.state.bytes,
    created: [String(objects.created), String(index.created)].join("/"),
  };
}

/** What a service is told of a store: the limits in force, and only those that there are. */
export function storeBinding({ name, settings }: StoreState): StoreResourceBinding {
  const { ttlMs, maxTotalBytes, maxObjectBytes } = settings;
  const binding: StoreResourceBinding = { name, ttlMs };
  if (maxTotalBytes > 0) binding.maxTotalBytes = maxTotalBytes;
  if (maxObjectBytes > 0) binding.maxObjectBytes = maxObjectBytes;
  return binding;
}

/** Whether the objects outlive their keys, as they must; another tool may have changed the ages. */
export function agesAgree(objects: StreamInfo, index: StreamInfo): boolean {
  const expected = index.config.max_age === 0
    ? 0
    : index.config.max_age + STORE_ORPHAN_MS * NS_PER_MS;
  return objects.config.max_age === expected;
}

function common() {
  return {
    retention: RetentionPolicy.Limits,
    storage: StorageType.File,
    // A full store refuses what is new; it never drops what was acknowledged.
    discard: DiscardPolicy.New,
    num_replicas: 1,
    max_consumers: -1,
    max_msgs: -1,
    max_msg_size: -1,
    allow_direct: true,
    allow_rollup_hdrs: true,
    deny_delete: true,
    deny_purge: false,
  } satisfies Partial<StreamConfig>;
}

function ownerMetadata(owner: Owner): Record<string, string> {
  return {
    "trellis.deployment": owner.deployment,
    "trellis.contract": owner.contract,
    "trellis.alias": owner.alias,
    "trellis.kind": owner.kind,
  };
}

function ownerOf(metadata: Readonly<Record<string, string>> | undefined): Owner | undefined {
  const deployment = metadata?.["trellis.deployment"];
  const contract = metadata?.["trellis.contract"];
  const alias = metadata?.["trellis.alias"];
  if (deployment === undefined || contract === undefined || alias === undefined) return undefined;
  return metadata?.["trellis.kind"] === "store"
    ? { deployment, contract, alias, kind: "store" }
    : undefined;
}
