import { StorageType, type StreamConfig, type StreamInfo } from "@nats-io/jetstream";
import { outboxSubjects } from "../../../contracts/stored/outbox.ts";
import {
  type BucketSettings,
  hasOutbox,
  SETTING_NAMES,
  settingsOf,
} from "../../resources/settings.ts";
import type { BucketState } from "../../resources/bucket.ts";
import { deviationsOf } from "./stream_deviations.ts";
import type { BucketStreams } from "./bucket_streams.ts";
import {
  ageOfFirst,
  fixedSettings,
  fromStream,
  ownerMetadata,
  ownerOf,
  toStream,
  updatedStream,
  windowFor,
} from "./stream_settings.ts";

/** The stream behind a bucket: `KV_<bucket>`, as every NATS client names it. */
export function streamName(bucket: string): string {
  return `KV_${bucket}`;
}

/** The stream of a KV bucket. */
export const kvStreams: BucketStreams = {
  newConfigs: (name, owner, settings) => [{
    name: streamName(name),
    storage: StorageType.File,
    ...fixedConfig(name, settings),
    ...settingsConfig(settings),
    metadata: ownerMetadata(owner),
  }],
  updatedConfigs: (name, owner, settings, [current]) => {
    if (current === undefined) return kvStreams.newConfigs(name, owner, settings);
    const declared = { ...settingsConfig(settings), metadata: ownerMetadata(owner) };
    return [updatedStream(current, fixedConfig(name, settings), declared)];
  },
  state: (name, [info]) => {
    if (info === undefined) throw new TypeError(`there is no bucket ${name}`);
    return bucketState(name, info);
  },
};

/** What all buckets have in common and an update may put right. */
function fixedConfig(name: string, settings: BucketSettings) {
  const takesEvents = hasOutbox(settings);
  return {
    subjects: takesEvents ? [`$KV.${name}.>`, outboxSubjects(name)] : [`$KV.${name}.>`],
    ...(takesEvents ? { allow_atomic: true } : {}),
    ...fixedSettings(),
    max_bytes: -1,
  } satisfies Partial<StreamConfig>;
}

function settingsConfig(given: BucketSettings): Partial<StreamConfig> {
  const settings = settingsOf("kv", given);
  const fields = SETTING_NAMES.kv.map((name) => toStream(name, settings[name]));
  const config: Partial<StreamConfig> = Object.assign({}, ...fields);
  return { ...config, duplicate_window: windowFor(config.max_age ?? 0) };
}

/** Reads a stream as a bucket. */
function bucketState(name: string, info: StreamInfo): BucketState {
  const { config, state } = info;
  const limits = SETTING_NAMES.kv.map((name) => [name, fromStream(name, config)]);
  const outbox = config.subjects.includes(outboxSubjects(name)) ? { outbox: 1 } : {};
  const settings: BucketSettings = { ...Object.fromEntries(limits), ...outbox };
  // Events that wait are no values. Each has a subject of its own.
  const waiting = Object.keys(state.subjects ?? {}).length;
  const bucket = {
    name,
    settings,
    owner: ownerOf(config.metadata),
    values: (state.num_subjects ?? 0) - waiting,
    bytes: state.bytes,
    created: String(info.created),
    revisions: state.messages - waiting,
    deviations: deviationsOf(config, {
      ...fixedConfig(name, settings),
      duplicate_window: windowFor(config.max_age),
    }),
  };
  const oldestMs = ageOfFirst(info);
  return oldestMs === undefined ? bucket : { ...bucket, oldestMs };
}
