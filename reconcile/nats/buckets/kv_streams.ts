import { NANOS_PER_MS } from "../../../runtime/nats/jetstream/nanos.ts";
import { StorageType, type StreamConfig, type StreamInfo } from "@nats-io/jetstream";
import type { BucketSettings, BucketState } from "../../resources/bucket.ts";
import { deviationsOf } from "./stream_deviations.ts";
import type { BucketStreams } from "./bucket_streams.ts";
import {
  ageOfFirst,
  fixedSettings,
  ownerMetadata,
  ownerOf,
  updatedStream,
  windowFor,
} from "./stream_settings.ts";

/** What headers (operation id, expected revision) may add to a value within the server's limit. */
const HEADER_ALLOWANCE = 1024;

/** The stream behind a bucket: `KV_<bucket>`, as every NATS client names it. */
export function streamName(bucket: string): string {
  return `KV_${bucket}`;
}

/** The stream of a KV bucket. */
export const kvStreams: BucketStreams = {
  newConfigs: (name, owner, settings) => [{
    name: streamName(name),
    storage: StorageType.File,
    num_replicas: 1,
    ...fixedConfig(name),
    ...settingsConfig(settings),
    metadata: ownerMetadata(owner),
  }],
  updatedConfigs: (name, owner, settings, [current]) => {
    if (current === undefined) return kvStreams.newConfigs(name, owner, settings);
    const declared = { ...settingsConfig(settings), metadata: ownerMetadata(owner) };
    return [updatedStream(current, fixedConfig(name), declared)];
  },
  state: (name, [info]) => {
    if (info === undefined) throw new TypeError(`there is no bucket ${name}`);
    return bucketState(name, info);
  },
};

/** What all buckets have in common and an update may put right. */
function fixedConfig(name: string) {
  return {
    subjects: [`$KV.${name}.>`],
    ...fixedSettings(),
    max_bytes: -1,
  } satisfies Partial<StreamConfig>;
}

function settingsConfig({ history = 1, ttlMs = 0, maxValueBytes = 0 }: BucketSettings) {
  return {
    max_msgs_per_subject: history,
    max_age: ttlMs * NANOS_PER_MS,
    max_msg_size: maxValueBytes === 0 ? -1 : maxValueBytes + HEADER_ALLOWANCE,
    duplicate_window: windowFor(ttlMs * NANOS_PER_MS),
  };
}

/** Reads a stream as a bucket. */
function bucketState(name: string, info: StreamInfo): BucketState {
  const { config, state } = info;
  const size = config.max_msg_size ?? -1;
  const bucket = {
    name,
    settings: {
      history: config.max_msgs_per_subject,
      ttlMs: Math.round(config.max_age / NANOS_PER_MS),
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
  const oldestMs = ageOfFirst(info);
  return oldestMs === undefined ? bucket : { ...bucket, oldestMs };
}
