import {
  DiscardPolicy,
  RetentionPolicy,
  StorageType,
  type StreamConfig,
  type StreamInfo,
} from "@nats-io/jetstream";
import type { BucketSettings, BucketState } from "../bucket.ts";
import type { Owner } from "../physical_name.ts";
import { deviationsOf } from "./bucket_deviations.ts";

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
    storage: StorageType.File,
    num_replicas: 1,
    ...fixedConfig(name),
    ...settingsConfig(settings),
    metadata: metadataOf(owner),
  } satisfies Partial<StreamConfig>;
}

/**
 * A stream's configuration with everything that is declared and that an update may change; what is
 * not declared (replicas, placement, compression, other metadata) stays as it is.
 */
export function updatedBucketConfig(
  name: string,
  owner: Owner,
  settings: BucketSettings,
  current: StreamConfig,
): StreamConfig {
  const { metadata, ...kept } = current;
  const foreign = Object.entries(metadata ?? {}).filter(([key]) => !key.startsWith("_nats."));
  // What the server refuses to change would make it refuse all the rest as well.
  const stuck = deviationsOf(current, fixedConfig(name)).filter(({ repairable }) => !repairable)
    .map(({ field }) => [field, Reflect.get(current, field)]);
  return {
    ...kept,
    ...fixedConfig(name),
    ...Object.fromEntries(stuck),
    ...settingsConfig(settings),
    // What is left out of an update stays: to take it away it has to be named.
    sources: [],
    subject_transform: undefined,
    metadata: { ...Object.fromEntries(foreign), ...metadataOf(owner) },
  };
}

/** What all buckets have in common and an update may put right. */
function fixedConfig(name: string) {
  return {
    subjects: [`$KV.${name}.>`],
    retention: RetentionPolicy.Limits,
    discard: DiscardPolicy.New,
    discard_new_per_subject: false,
    max_consumers: -1,
    max_msgs: -1,
    max_bytes: -1,
    no_ack: false,
    allow_direct: true,
    allow_rollup_hdrs: true,
    deny_delete: true,
    deny_purge: false,
  } satisfies Partial<StreamConfig>;
}

function settingsConfig({ history, ttlMs, maxValueBytes }: BucketSettings) {
  return {
    max_msgs_per_subject: history,
    max_age: ttlMs * NS_PER_MS,
    max_msg_size: maxValueBytes === 0 ? -1 : maxValueBytes + HEADER_ALLOWANCE,
    duplicate_window: windowFor(ttlMs * NS_PER_MS),
  };
}

/** The server refuses a window beyond the age of the messages. */
function windowFor(maxAge: number): number {
  const window = DUPLICATE_WINDOW_MS * NS_PER_MS;
  return maxAge === 0 ? window : Math.min(window, maxAge);
}

function metadataOf(owner: Owner): Record<string, string> {
  return {
    "trellis.deployment": owner.deployment,
    "trellis.contract": owner.contract,
    "trellis.alias": owner.alias,
    "trellis.kind": owner.kind,
  };
}

/** Reads a stream as a bucket. */
export function bucketState(name: string, info: StreamInfo): BucketState {
  const { config, state } = info;
  const size = config.max_msg_size ?? -1;
  const age = Date.parse(String(info.ts)) - Date.parse(String(state.first_ts));
  const bucket = {
    name,
    settings: {
      history: config.max_msgs_per_subject,
      ttlMs: Math.round(config.max_age / NS_PER_MS),
      maxValueBytes: size <= 0 ? 0 : Math.max(1, size - HEADER_ALLOWANCE),
    },
    owner: ownerOf(config.metadata),
    values: state.num_subjects ?? 0,
    bytes: state.bytes,
    created: String(info.created),
    revisions: state.messages,
    deviations: deviationsOf(config, {
      ...fixedConfig(name),
      duplicate_window: windowFor(config.max_age),
    }),
  };
  return state.messages > 0 && Number.isFinite(age) ? { ...bucket, oldestMs: age } : bucket;
}

function ownerOf(metadata: Readonly<Record<string, string>> | undefined): Owner | undefined {
  const deployment = metadata?.["trellis.deployment"];
  const contract = metadata?.["trellis.contract"];
  const alias = metadata?.["trellis.alias"];
  const kind = metadata?.["trellis.kind"];
  if (deployment === undefined || contract === undefined || alias === undefined) return undefined;
  return kind === "kv" || kind === "store" ? { deployment, contract, alias, kind } : undefined;
}
