/** The two kinds of resources that hold data, and all in which they differ for authority. */
import type {
  Bindings,
  KvResourceBinding,
  StoreResourceBinding,
} from "../../contracts/stored/bindings.ts";
import { indexStream, objectStream } from "../../contracts/stored/store_names.ts";
import type { BucketState } from "./bucket.ts";
import type { ByKind } from "./kinds.ts";
import { type BucketSettings, settingsOf } from "./settings.ts";

/** What a binding says of a bucket. */
type Bound = Pick<BucketState, "name" | "settings">;

interface ResourceRules {
  /** What a person calls one, as `bucket`. */
  readonly noun: string;
  /** What a person calls what is in one. */
  readonly content: "value" | "object";
  /** What bindings say, by alias. */
  readonly bound: (bindings: Bindings) => Readonly<Record<string, Bound>>;
  /** The streams that it consists of. */
  readonly streams: (name: string) => readonly string[];
}

/** What is particular to each kind. */
export const RESOURCE_RULES: ByKind<ResourceRules> = {
  kv: {
    noun: "bucket",
    content: "value",
    bound: ({ kv }) =>
      mapped(kv, ({ bucket, ...limits }) => ({ name: bucket, settings: settingsOf("kv", limits) })),
    streams: (name) => [`KV_${name}`],
  },
  store: {
    noun: "store",
    content: "object",
    bound: ({ store }) =>
      mapped(store, ({ name, ...limits }) => ({ name, settings: settingsOf("store", limits) })),
    streams: (name) => [indexStream(name), objectStream(name)],
  },
};

/** What a service is given of a KV bucket: the limits in force, and only those that there are. */
export function kvBinding({ name, settings }: Bound): KvResourceBinding {
  const { history, ttlMs, ...limits } = settingsOf("kv", settings);
  return { bucket: name, history, ttlMs, ...withoutNone(limits) };
}

/** What a service is given of a store: the limits in force, and only those that there are. */
export function storeBinding({ name, settings }: Bound): StoreResourceBinding {
  const { ttlMs, ...limits } = settingsOf("store", settings);
  return { name, ttlMs, ...withoutNone(limits) };
}

function withoutNone(limits: BucketSettings): BucketSettings {
  return Object.fromEntries(Object.entries(limits).filter(([, limit]) => limit !== 0));
}

function mapped<T, U>(map: Readonly<Record<string, T>>, change: (value: T) => U) {
  return Object.fromEntries(Object.entries(map).map(([key, value]) => [key, change(value)]));
}
