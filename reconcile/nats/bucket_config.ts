import {
  DiscardPolicy,
  RetentionPolicy,
  StorageType,
  type StreamConfig,
  type StreamInfo,
} from "@nats-io/jetstream";
import type { BucketSettings, BucketState } from "../bucket.ts";
import type { Owner } from "../physical_name.ts";

const NS_PER_MS = 1_000_000;
/** What headers (operation id, expected revision) may add to a value within the server's limit. */
const HEADER_ALLOWANCE = 1024;
/** The server's own default window for recognising repeated publishes. */
const DUPLICATE_WINDOW_MS = 120_000;

/** The stream behind a bucket: `KV_<bucket>`, as every NATS client names it. */
export function streamName(bucket: string): string {
  return `KV_${bucket}`;
}

/** The stream configuration of a new bucket. A fresh object each time: the client writes on it. */
export function newBucketConfig(name: string, owner: Owner, settings: BucketSettings) {
  return {
    name: streamName(name),
    subjects: [`$KV.${name}.>`],
    retention: RetentionPolicy.Limits,
    storage: StorageType.File,
    discard: DiscardPolicy.New,
    num_replicas: 1,
    max_consumers: -1,
    max_msgs: -1,
    max_bytes: -1,
    allow_direct: true,
    allow_rollup_hdrs: true,
    deny_delete: true,
    deny_purge: false,
    ...changeableConfig(owner, settings),
  } satisfies Partial<StreamConfig>;
}

/** The part of the configuration that an update may change. */
export function changeableConfig(owner: Owner, settings: BucketSettings) {
  const { history, ttlMs, maxValueBytes } = settings;
  const window = ttlMs === 0 ? DUPLICATE_WINDOW_MS : Math.min(DUPLICATE_WINDOW_MS, ttlMs);
  return {
    max_msgs_per_subject: history,
    max_age: ttlMs * NS_PER_MS,
    max_msg_size: maxValueBytes === 0 ? -1 : maxValueBytes + HEADER_ALLOWANCE,
    duplicate_window: window * NS_PER_MS,
    metadata: {
      "trellis.deployment": owner.deployment,
      "trellis.contract": owner.contract,
      "trellis.alias": owner.alias,
      "trellis.kind": owner.kind,
    },
  } satisfies Partial<StreamConfig>;
}

/** Reads a stream as a bucket. */
export function bucketState(name: string, info: StreamInfo): BucketState {
  const { config, state } = info;
  return {
    name,
    settings: {
      history: config.max_msgs_per_subject,
      ttlMs: Math.round(config.max_age / NS_PER_MS),
      maxValueBytes: (config.max_msg_size ?? -1) <= 0
        ? 0
        : (config.max_msg_size ?? 0) - HEADER_ALLOWANCE,
    },
    owner: ownerOf(config.metadata),
    values: state.num_subjects ?? 0,
    bytes: state.bytes,
    created: String(info.created),
  };
}

function ownerOf(metadata: Readonly<Record<string, string>> | undefined): Owner | undefined {
  const deployment = metadata?.["trellis.deployment"];
  const contract = metadata?.["trellis.contract"];
  const alias = metadata?.["trellis.alias"];
  const kind = metadata?.["trellis.kind"];
  if (deployment === undefined || contract === undefined || alias === undefined) return undefined;
  return kind === "kv" || kind === "store" ? { deployment, contract, alias, kind } : undefined;
}
