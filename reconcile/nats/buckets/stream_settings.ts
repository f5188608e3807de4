/** What the streams of buckets and stores have in common. */
import {
  DiscardPolicy,
  RetentionPolicy,
  type StreamConfig,
  type StreamInfo,
} from "@nats-io/jetstream";
import { NANOS_PER_MS } from "../../../runtime/nats/jetstream/nanos.ts";
import type { Owner } from "../../resources/owner.ts";
import { type SettingName, SETTINGS } from "../../resources/settings.ts";
import { deviationsOf } from "./stream_deviations.ts";

/** The server's own default window for recognising repeated publishes, in nanoseconds. */
export const DUPLICATE_WINDOW: number = 120_000 * NANOS_PER_MS;

/** What is the same for the stream of any bucket, and an update may put right. */
export function fixedSettings() {
  return {
    retention: RetentionPolicy.Limits,
    // What is full refuses what is new; it never drops what was acknowledged.
    discard: DiscardPolicy.New,
    discard_new_per_subject: false,
    max_consumers: -1,
    max_msgs: -1,
    no_ack: false,
    allow_direct: true,
    allow_rollup_hdrs: true,
    deny_delete: true,
    deny_purge: false,
  } satisfies Partial<StreamConfig>;
}

/** The server refuses a duplicate window beyond the age of the messages; both in nanoseconds. */
export function windowFor(maxAge: number): number {
  return maxAge === 0 ? DUPLICATE_WINDOW : Math.min(DUPLICATE_WINDOW, maxAge);
}

/** A stream's configuration with what is declared in it changed, and all else as it is. */
export function updatedStream(
  current: StreamConfig,
  fixed: Partial<StreamConfig>,
  settings: Partial<StreamConfig> & { readonly metadata: Record<string, string> },
): StreamConfig {
  const { metadata, ...kept } = current;
  const foreign = Object.entries(metadata ?? {})
    .filter(([key]) => !key.startsWith("_nats.") && !key.startsWith("trellis."));
  // What the server refuses to change would make it refuse all the rest as well.
  const stuck = deviationsOf(current, fixed).filter(({ repairable }) => !repairable)
    .map(({ field }) => [field, Reflect.get(current, field)]);
  return {
    ...kept,
    ...fixed,
    ...Object.fromEntries(stuck),
    ...settings,
    // What is left out of an update stays: to take it away it has to be named.
    sources: [],
    subject_transform: undefined,
    metadata: { ...Object.fromEntries(foreign), ...settings.metadata },
  };
}

/** Whose a stream is, as its metadata says it. */
export function ownerMetadata(owner: Owner): Record<string, string> {
  return {
    "trellis.deployment": owner.deployment,
    "trellis.contract": owner.contract,
    "trellis.alias": owner.alias,
    "trellis.kind": owner.kind,
  };
}

/** Reads whose a stream is; undefined when its metadata does not say. */
export function ownerOf(
  metadata: Readonly<Record<string, string>> | undefined,
): Owner | undefined {
  const deployment = metadata?.["trellis.deployment"];
  const contract = metadata?.["trellis.contract"];
  const alias = metadata?.["trellis.alias"];
  const kind = metadata?.["trellis.kind"];
  if (deployment === undefined || contract === undefined || alias === undefined) return undefined;
  return kind === "kv" || kind === "store" ? { deployment, contract, alias, kind } : undefined;
}

/** Age of the oldest message by the server's clock; undefined: not known, or nothing there. */
export function ageOfFirst({ ts, state }: StreamInfo): number | undefined {
  const age = Date.parse(String(ts)) - Date.parse(String(state.first_ts));
  return state.messages > 0 && Number.isFinite(age) ? age : undefined;
}

/** What a setting is in the configuration of a stream. */
export function toStream(name: SettingName, value: number): Partial<StreamConfig> {
  const { stream } = SETTINGS[name];
  if (stream === undefined) return {};
  return { [stream.name]: value <= 0 ? stream.none : value * stream.factor + stream.extra };
}

/** What the configuration of a stream says of a setting; 0: no limit. */
export function fromStream(name: SettingName, config: Partial<StreamConfig>): number {
  const { stream } = SETTINGS[name];
  const value = stream && config[stream.name];
  if (stream === undefined || value === undefined || value <= 0) return 0;
  return Math.max(1, Math.round((value - stream.extra) / stream.factor));
}
