/** The two kinds of resources that hold data, and all in which they differ for authority. */
import type {
  Bindings,
  KvResourceBinding,
  StoreResourceBinding,
} from "../../contracts/stored/bindings.ts";
import { indexStream, objectStream } from "../../contracts/stored/store_names.ts";
import type { BucketSettings, BucketState } from "./bucket.ts";
import type { ByKind } from "./kinds.ts";
import type { Needs } from "../needs/need_types.ts";

/** What a binding says of a bucket. */
interface BoundSettings {
  readonly name: string;
  readonly settings: BucketSettings;
}

interface ResourceRules {
  /** What a person calls one, as `bucket`. */
  readonly noun: string;
  /** The settings that an alias asks for; undefined when it is not there. */
  readonly asked: (needs: Needs, alias: string) => BucketSettings | undefined;
  /** What bindings say, by alias. */
  readonly bound: (bindings: Bindings) => Readonly<Record<string, BoundSettings>>;
  /** The streams that it consists of. */
  readonly streams: (name: string) => readonly string[];
}

/** What is particular to each kind. */
export const RESOURCE_RULES: ByKind<ResourceRules> = {
  kv: {
    noun: "bucket",
    asked: ({ resources: { kv } }, alias) => {
      const need = Object.hasOwn(kv, alias) ? kv[alias] : undefined;
      if (need === undefined) return undefined;
      const { history, ttlMs, maxValueBytes } = need;
      return { history, ttlMs, maxValueBytes };
    },
    bound: ({ kv }) =>
      mapped(kv, ({ bucket, history, ttlMs, maxValueBytes = 0 }) => ({
        name: bucket,
        settings: { history, ttlMs, maxValueBytes },
      })),
    streams: (name) => [`KV_${name}`],
  },
  store: {
    noun: "store",
    asked: ({ resources: { store } }, alias) => {
      const need = Object.hasOwn(store, alias) ? store[alias] : undefined;
      if (need === undefined) return undefined;
      const { ttlMs, maxTotalBytes, maxObjectBytes } = need;
      return { ttlMs, maxTotalBytes, maxObjectBytes };
    },
    bound: ({ store }) =>
      mapped(store, ({ name, ttlMs, maxTotalBytes = 0, maxObjectBytes = 0 }) => ({
        name,
        settings: { ttlMs, maxTotalBytes, maxObjectBytes },
      })),
    streams: (name) => [indexStream(name), objectStream(name)],
  },
};

/** What a service is told of a KV bucket: the limits in force, and only those that there are. */
export function kvBinding({ name, settings }: BucketState): KvResourceBinding {
  const { history = 1, ttlMs = 0, maxValueBytes = 0 } = settings;
  const binding = { bucket: name, history, ttlMs };
  return maxValueBytes === 0 ? binding : { ...binding, maxValueBytes };
}

/** What a service is told of a store: the limits in force, and only those that there are. */
export function storeBinding(
  { name, settings }: Pick<BucketState, "name" | "settings">,
): StoreResourceBinding {
  const { ttlMs = 0, maxTotalBytes = 0, maxObjectBytes = 0 } = settings;
  const binding: StoreResourceBinding = { name, ttlMs };
  if (maxTotalBytes > 0) binding.maxTotalBytes = maxTotalBytes;
  if (maxObjectBytes > 0) binding.maxObjectBytes = maxObjectBytes;
  return binding;
}

function mapped<T, U>(map: Readonly<Record<string, T>>, change: (value: T) => U) {
  return Object.fromEntries(Object.entries(map).map(([key, value]) => [key, change(value)]));
}
