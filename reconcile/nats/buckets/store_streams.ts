import { NANOS_PER_MS } from "../../../runtime/nats/jetstream/nanos.ts";
import { StorageType, type StreamConfig, type StreamInfo } from "@nats-io/jetstream";
import {
  indexStream,
  indexSubjectPrefix,
  objectStream,
  STORE_ORPHAN_MS,
} from "../../../contracts/stored/store_names.ts";
import { type BucketSettings, settingsOf } from "../../resources/settings.ts";
import type { BucketState, Deviation } from "../../resources/bucket.ts";
import type { Owner } from "../../resources/owner.ts";
import {
  ageOfFirst,
  DUPLICATE_WINDOW,
  fixedSettings,
  fromStream,
  ownerMetadata,
  ownerOf,
  toStream,
  updatedStream,
  windowFor,
} from "./stream_settings.ts";
import { deviationsOf } from "./stream_deviations.ts";
import type { BucketStreams, NamedConfig } from "./bucket_streams.ts";

/** Where the stream of objects keeps the limit that the server knows nothing of. */
const MAX_OBJECT_BYTES = "trellis.maxObjectBytes";

/** The two streams of a store. */
export interface StoreConfigs {
  /** The index is made first: without it nothing leads to an object. */
  readonly index: NamedConfig;
  /** The objects. */
  readonly objects: NamedConfig;
}

/** The streams of a store, the index first. */
export const storeStreams: BucketStreams = {
  newConfigs: (name, owner, settings) => {
    const { index, objects } = newStoreConfigs(name, owner, settings);
    return [index, objects];
  },
  updatedConfigs: (name, owner, settings, [index, objects]) => {
    const made = newStoreConfigs(name, owner, settings);
    return [
      index === undefined
        ? made.index
        : updatedStream(index, fixedIndex(name), indexSettings(owner, settings)),
      objects === undefined
        ? made.objects
        : updatedStream(objects, fixedObjects(name), objectSettings(owner, settings)),
    ];
  },
  state: (name, [index, objects]) => storeState(name, objects, index),
};

/** The stream configurations of a new store. Fresh objects each time: the client writes on them. */
export function newStoreConfigs(
  name: string,
  owner: Owner,
  settings: BucketSettings,
): StoreConfigs {
  const made = { storage: StorageType.File };
  return {
    index: {
      name: indexStream(name),
      ...made,
      ...fixedIndex(name),
      ...indexSettings(owner, settings),
    },
    objects: {
      name: objectStream(name),
      ...made,
      ...fixedObjects(name),
      ...objectSettings(owner, settings),
    },
  };
}

function fixedIndex(name: string) {
  return {
    subjects: [`${indexSubjectPrefix(name)}>`],
    ...fixedSettings(),
    max_msgs_per_subject: 1,
    max_msg_size: -1,
    max_bytes: -1,
  } satisfies Partial<StreamConfig>;
}

function fixedObjects(name: string) {
  return {
    subjects: [`$O.${name}.C.>`, `$O.${name}.M.>`],
    ...fixedSettings(),
    max_msgs_per_subject: -1,
    max_msg_size: -1,
    duplicate_window: DUPLICATE_WINDOW,
  } satisfies Partial<StreamConfig>;
}

function indexSettings(owner: Owner, { ttlMs = 0 }: BucketSettings) {
  const config = toStream("ttlMs", ttlMs);
  const duplicate_window = windowFor(config.max_age ?? 0);
  return { ...config, duplicate_window, metadata: ownerMetadata(owner) };
}

function objectSettings(owner: Owner, given: BucketSettings) {
  const { ttlMs, maxTotalBytes, maxObjectBytes } = settingsOf("store", given);
  const limit: Record<string, string> = maxObjectBytes === 0
    ? {}
    : { [MAX_OBJECT_BYTES]: String(maxObjectBytes) };
  return {
    max_age: ageOfObjects(toStream("ttlMs", ttlMs).max_age ?? 0),
    ...toStream("maxTotalBytes", maxTotalBytes),
    metadata: { ...ownerMetadata(owner), ...limit },
  };
}

/** Keys expire first, and a reader that has begun by then can finish; nanoseconds. */
function ageOfObjects(ageOfKeys: number): number {
  return ageOfKeys === 0 ? 0 : ageOfKeys + STORE_ORPHAN_MS * NANOS_PER_MS;
}

/** Reads the streams of a store, of which one may be missing, as a store. */
export function storeState(
  name: string,
  objects: StreamInfo | undefined,
  index: StreamInfo | undefined,
): BucketState {
  const limit = Number(objects?.config.metadata?.[MAX_OBJECT_BYTES] ?? 0);
  const subjects = objects?.state.num_subjects ?? 0;
  const missing = [
    ...(index === undefined ? [indexStream(name)] : []),
    ...(objects === undefined ? [objectStream(name)] : []),
  ];
  const oldestMs = index && ageOfFirst(index);
  return {
    name,
    settings: {
      // Without an index it is an object store as other tools make it.
      ttlMs: fromStream("ttlMs", (index ?? objects)?.config ?? {}),
      maxTotalBytes: fromStream("maxTotalBytes", objects?.config ?? {}),
      maxObjectBytes: Number.isSafeInteger(limit) && limit > 0 ? limit : 0,
    },
    owner: sharedOwner(objects, index),
    // An object has a description and, unless it is empty, chunks.
    values: index?.state.num_subjects ?? Math.ceil(subjects / 2),
    bytes: (objects?.state.bytes ?? 0) + (index?.state.bytes ?? 0),
    created: `${objects?.created ?? ""}/${index?.created ?? ""}`,
    ...(oldestMs === undefined ? {} : { oldestMs }),
    ...(missing.length === 0 ? {} : { missing }),
    deviations: [
      ...indexDeviations(name, objects, index),
      ...objectDeviations(name, objects, index),
    ],
  };
}

/**
 * Whose both streams are. The index is written before the objects: when its alias is another, a rename
 * was broken off, and the store still is what the objects say. Streams that differ in more have no owner.
 */
function sharedOwner(
  objects: StreamInfo | undefined,
  index: StreamInfo | undefined,
): Owner | undefined {
  const [objectsOwner, indexOwner] = [objects ?? index, index ?? objects]
    .map((info) => ownerOf(info?.config.metadata));
  if (objectsOwner?.kind !== "store" || indexOwner?.kind !== "store") return undefined;
  return objectsOwner.deployment === indexOwner.deployment &&
      objectsOwner.contract === indexOwner.contract
    ? objectsOwner
    : undefined;
}

function indexDeviations(
  name: string,
  objects: StreamInfo | undefined,
  index: StreamInfo | undefined,
): readonly Deviation[] {
  if (index === undefined) return [];
  const { config } = index;
  const found = deviationsOf(config, {
    ...fixedIndex(name),
    duplicate_window: windowFor(config.max_age),
  });
  const from = ownerOf(config.metadata)?.alias ?? null;
  const to = ownerOf(objects?.config.metadata)?.alias ?? from;
  const alias = from === to ? [] : [{ field: "alias", from, to, repairable: true }];
  return [...found, ...alias].map((deviation) => ({
    ...deviation,
    field: `index.${deviation.field}`,
  }));
}

function objectDeviations(
  name: string,
  objects: StreamInfo | undefined,
  index: StreamInfo | undefined,
): readonly Deviation[] {
  if (objects === undefined) return [];
  const age = index === undefined ? {} : { max_age: ageOfObjects(index.config.max_age) };
  return deviationsOf(objects.config, { ...fixedObjects(name), ...age })
    .map((deviation) => ({ ...deviation, field: `objects.${deviation.field}` }));
}
