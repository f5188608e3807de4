/**
 * Every setting of a resource that a contract declares, in one table. Types, change codes, plans,
 * limits of the policy, measurements and stream configurations are derived from it.
 *
 * @module
 */
import type { ByKind, ResourceKind } from "./kinds.ts";

/** What is known of one setting. Its value is a number; 0 is no limit, where there may be none. */
export interface Setting {
  /** Its name in the codes of changes, as `ttl` in `kv.ttl.reduced`. */
  readonly code: string;
  readonly unit: "count" | "milliseconds" | "bytes";
  /** Its value when the contract does not say. */
  readonly default: number;
  /** What a person reads for 0; undefined: there always is a limit. */
  readonly none: string | undefined;
  /** What a tighter value does: the server drops what is stored, or refuses what is written later. */
  readonly tighter: "drops" | "refuses";
  /** The question that finds out what a tighter value costs. */
  readonly question: "history" | "ttl" | "maxValueBytes" | "maxTotalBytes";
  /** The platform's limit for it. */
  readonly policy: string;
  /** How the stream of a bucket has it; undefined: the server does not know it. */
  readonly stream: StreamField | undefined;
}

/** A field of a stream's configuration, which is `value * factor + extra`. */
export interface StreamField {
  readonly name: "max_msgs_per_subject" | "max_age" | "max_msg_size" | "max_bytes";
  readonly factor: number;
  readonly extra: number;
  /** What stands there for no limit. */
  readonly none: number;
}

/** The settings by their names in a contract. A name means the same for every kind of resource. */
export const SETTINGS = {
  history: {
    code: "history",
    unit: "count",
    default: 1,
    none: undefined,
    tighter: "drops",
    question: "history",
    policy: "maxHistory",
    stream: { name: "max_msgs_per_subject", factor: 1, extra: 0, none: -1 },
  },
  ttlMs: {
    code: "ttl",
    unit: "milliseconds",
    default: 0,
    none: "never expires",
    tighter: "drops",
    question: "ttl",
    policy: "maxTtlMs",
    stream: { name: "max_age", factor: 1_000_000, extra: 0, none: 0 },
  },
  maxValueBytes: {
    code: "maxValueBytes",
    unit: "bytes",
    default: 0,
    none: "no limit",
    tighter: "refuses",
    question: "maxValueBytes",
    policy: "maxValueBytes",
    // Headers (operation id, expected revision) count as part of a message.
    stream: { name: "max_msg_size", factor: 1, extra: 1024, none: -1 },
  },
  maxTotalBytes: {
    code: "maxTotalBytes",
    unit: "bytes",
    default: 0,
    none: "no limit",
    tighter: "refuses",
    question: "maxTotalBytes",
    policy: "maxTotalBytes",
    stream: { name: "max_bytes", factor: 1, extra: 0, none: -1 },
  },
  maxObjectBytes: {
    code: "maxObjectBytes",
    unit: "bytes",
    default: 0,
    none: "no limit",
    tighter: "refuses",
    question: "maxValueBytes",
    policy: "maxObjectBytes",
    stream: undefined,
  },
} as const satisfies Readonly<Record<string, Setting>>;

/** The settings of each kind of resource, in the order in which they are shown. */
export const SETTING_NAMES = {
  kv: ["history", "ttlMs", "maxValueBytes"],
  store: ["ttlMs", "maxTotalBytes", "maxObjectBytes"],
} as const satisfies ByKind<readonly SettingName[]>;

/** The name of a setting, of whatever kind of resource. */
export type SettingName = keyof typeof SETTINGS;

/** The settings that a kind of resource has. */
export type SettingsOf<Kind extends ResourceKind> = {
  readonly [Name in typeof SETTING_NAMES[Kind][number]]: number;
};

/** The limits of a resource whose kind stands beside them. */
export type BucketLimits = { readonly [Name in SettingName]?: number };

/** The settings of a resource whose kind stands beside them. */
export type BucketSettings = BucketLimits & {
  /** 1 where the stream of the bucket also takes events that are committed with values. */
  readonly outbox?: number;
};

/** Settings as a contract asks for them, or as they are in force. */
type GivenSettings = BucketLimits & { readonly outbox?: number | boolean };

/** The settings of a kind; what is not given is as when a contract does not say. */
export function settingsOf<Kind extends ResourceKind>(
  kind: Kind,
  given: GivenSettings,
): SettingsOf<Kind> & Pick<BucketSettings, "outbox"> {
  return { ...limitsOf(kind, given), ...(hasOutbox(given) ? { outbox: 1 } : {}) };
}

/** The limits of a kind alone. */
export function limitsOf<Kind extends ResourceKind>(
  kind: Kind,
  given: GivenSettings,
): SettingsOf<Kind> {
  const names: readonly SettingName[] = SETTING_NAMES[kind];
  const limits = names.map((name) => [name, given[name] ?? SETTINGS[name].default]);
  // `fromEntries` does not keep the names.
  return Object.fromEntries(limits) as SettingsOf<Kind>;
}

/** Whether the stream of a bucket also takes events. */
export function hasOutbox({ outbox = 0 }: GivenSettings): boolean {
  return Number(outbox) > 0;
}

/** Whether a text, as the field of a change, names a setting. */
export function isSettingName(text: string): text is SettingName {
  return Object.hasOwn(SETTINGS, text);
}

/** Names of the settings in which a bucket differs from what was declared. */
export function settingsDrift(
  actual: BucketSettings,
  declared: BucketSettings,
): readonly (keyof BucketSettings)[] {
  const limits = Object.keys(declared).filter(isSettingName)
    .filter((name) => actual[name] !== declared[name]);
  return hasOutbox(actual) === hasOutbox(declared) ? limits : [...limits, "outbox"];
}
