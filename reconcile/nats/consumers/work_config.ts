/** Streams and durable consumers of groups, projections, relays and queues, as a NATS server has them. */
import {
  AckPolicy,
  type ConsumerConfig,
  type ConsumerInfo,
  DeliverPolicy,
  DiscardPolicy,
  ReplayPolicy,
  RetentionPolicy,
  StorageType,
  type StreamConfig,
  type StreamInfo,
  type StreamSource,
} from "@nats-io/jetstream";
import type { JsonValue } from "../../../contracts/json/json.ts";
import { EVENT_STREAM } from "../../../contracts/stored/event_stream.ts";
import { STREAM_CREATED_METADATA } from "../../../contracts/stored/work_names.ts";
import { WORK_KINDS } from "../../../contracts/stored/work_names.ts";
import { MOST_TRANSFER_BYTES } from "../../../contracts/schema/file_limits.ts";
import {
  TRANSFER_CHUNK_BYTES,
  TRANSFER_MESSAGE_BYTES,
} from "../../../contracts/stored/transfer_names.ts";
import { NANOS_PER_MS } from "../../../runtime/nats/jetstream/nanos.ts";
import type {
  LaneTransform,
  Start,
  WorkConsumer,
  WorkConsumerState,
  WorkOwner,
  WorkStream,
  WorkStreamState,
} from "../../resources/work_streams.ts";
import type { Deviation } from "../../resources/bucket.ts";
import { windowFor } from "../buckets/stream_settings.ts";

/** Of two of the largest files. Whoever looks through them has the subject of each in memory. */
const TRANSFER_MESSAGES = 2 * MOST_TRANSFER_BYTES / TRANSFER_CHUNK_BYTES;

/** The configuration of a stream. A fresh object each time: the client writes on it. */
export function streamConfig(
  { name, owner, settings }: WorkStream,
  copyFrom: number | undefined,
  messageTtls: boolean,
): Partial<StreamConfig> & { name: string } {
  const { subjects, maxAgeMs, schedules, removable, transforms } = settings;
  const isCopy = owner.kind === "group";
  const maxAge = maxAgeMs * NANOS_PER_MS;
  return {
    name,
    ...fixedStream(owner, schedules),
    ...(settings.maxBytes === undefined ? {} : { max_bytes: settings.maxBytes }),
    ...(settings.history === undefined ? {} : { max_msgs_per_subject: settings.history }),
    max_age: maxAge,
    duplicate_window: windowFor(maxAge),
    deny_delete: !removable,
    ...(isCopy ? { sources: [sourceOf(transforms, copyFrom)] } : { subjects: [...subjects] }),
    // Where an event is kept for ever its copy is kept too: else an empty copy would begin again with it.
    ...(messageTtls && (isCopy || schedules || settings.messageTtls)
      ? { allow_msg_ttl: true }
      : {}),
    ...(schedules ? { allow_msg_schedules: true } : {}),
    metadata: metadataOf(owner),
  };
}

/** What is the same for all streams of a kind. A server that sends on what waits takes roll-ups as well. */
function fixedStream({ kind }: WorkOwner, schedules: boolean) {
  const isBucket = kind === "steps" || kind === "projection" || kind === "records";
  const isTransfer = kind === "transfer";
  return {
    storage: kind === "rates" ? StorageType.Memory : StorageType.File,
    retention: kind === "jobs" ? RetentionPolicy.Workqueue : RetentionPolicy.Limits,
    discard: kind === "dead" || isBucket || isTransfer ? DiscardPolicy.New : DiscardPolicy.Old,
    max_msgs: isTransfer ? TRANSFER_MESSAGES : -1,
    ...(isTransfer ? {} : { max_bytes: -1 }),
    max_msgs_per_subject: isBucket || isTransfer ? 1 : -1,
    allow_rollup_hdrs: isBucket || schedules,
    allow_direct: true,
    deny_purge: false,
    ...(kind === "rates" ? { allow_msg_counter: true } : {}),
    // A chunk that is there is not replaced, and nobody fills the stream with a few messages.
    ...(isTransfer ? { discard_new_per_subject: true, max_msg_size: TRANSFER_MESSAGE_BYTES } : {}),
  };
}

/** `opt_start_seq` is always there: without it a server that restarts may lose what was not copied yet. */
function sourceOf(transforms: readonly LaneTransform[], copyFrom = 1): StreamSource {
  return {
    name: EVENT_STREAM,
    opt_start_seq: copyFrom,
    subject_transforms: transforms.map(({ from: src, to: dest }) => ({ src, dest })),
  };
}

/** Reads a stream; `copied`: the last sequence of the stream of events that it has a copy of. */
export function streamState(info: StreamInfo, copied: number | undefined): WorkStreamState {
  const { config, state } = info;
  const owner = workOwnerOf(config.metadata);
  const [source] = config.sources ?? [];
  const begins = source?.opt_start_seq;
  return {
    name: config.name,
    owner,
    settings: {
      subjects: owner?.kind === "group" ? [] : config.subjects,
      maxAgeMs: Math.round(config.max_age / NANOS_PER_MS),
      schedules: config.allow_msg_schedules === true,
      ...(config.allow_msg_ttl === true ? { messageTtls: true } : {}),
      removable: !config.deny_delete,
      ...(owner?.kind === "transfer" ? { maxBytes: config.max_bytes } : {}),
      transforms: (source?.subject_transforms ?? []).map(({ src, dest }) => ({
        from: src ?? "",
        to: dest,
      })),
    },
    created: String(info.created),
    isRestored: isRestored(info),
    messages: state.messages,
    lastSequence: state.last_seq,
    ...(state.first_seq > 1 ? { lostBefore: String(state.first_ts) } : {}),
    ...(source === undefined ? {} : {
      copiesFrom: copied === undefined ? begins ?? 1 : copied + 1,
      copiesSince: begins ?? 1,
    }),
    deviations: owner === undefined ? [] : streamDeviations(config, owner),
  };
}

/** A copy of a stream that was there before, with its sequences, holds messages that are older than itself. */
function isRestored({ created, state }: StreamInfo): boolean {
  if (state.messages === 0) return state.last_seq > 0;
  return Date.parse(String(state.first_ts)) < Date.parse(String(created));
}

function streamDeviations(config: StreamConfig, owner: WorkOwner): readonly Deviation[] {
  const found: Deviation[] = [];
  const note = (field: string, from: JsonValue, to: JsonValue, repairable = true) => {
    if (from !== to) found.push({ field, from, to, repairable });
  };
  for (
    const [field, to] of Object.entries(fixedStream(owner, config.allow_msg_schedules === true))
  ) {
    const from = Reflect.get(config, field);
    const repairable = !["storage", "retention", "allow_msg_counter"].includes(field);
    if (typeof to === "boolean") note(field, from === true, to);
    else note(field, typeof to === "number" && !(from > 0) ? -1 : from, to, repairable);
  }
  note("sealed", config.sealed === true, false, false);
  note("mirror", config.mirror?.name ?? null, null, false);
  const sources = (config.sources ?? []).map(({ name }) => name).join(", ");
  note("sources", sources, owner.kind === "group" ? EVENT_STREAM : "");
  return found;
}

/**
 * The configuration of a durable consumer. The server counts and waits for nothing: the worker does.
 *
 * @param streamCreated when its stream was made, for those who are bound to one that was there before
 */
export function consumerConfig(
  { name, owner, settings }: WorkConsumer,
  start: Start,
  streamCreated: string,
): Partial<ConsumerConfig> {
  return {
    durable_name: name,
    name,
    ack_policy: settings.ackAll ? AckPolicy.All : AckPolicy.Explicit,
    replay_policy: ReplayPolicy.Instant,
    max_deliver: -1,
    ...consumerSettings(settings),
    ...deliverFrom(start),
    metadata: { ...metadataOf(owner), [STREAM_CREATED_METADATA]: streamCreated },
  };
}

/** What of a consumer may be changed in its place. */
export function consumerUpdate(
  { owner, settings }: WorkConsumer,
  streamCreated: string,
): Partial<ConsumerConfig> {
  return {
    max_deliver: -1,
    backoff: [],
    inactive_threshold: 0,
    headers_only: false,
    filter_subject: "",
    ...consumerSettings(settings),
    metadata: { ...metadataOf(owner), [STREAM_CREATED_METADATA]: streamCreated },
  };
}

function consumerSettings({ filters, ackWaitMs, maxAckPending }: WorkConsumer["settings"]) {
  return {
    filter_subjects: [...filters],
    ack_wait: ackWaitMs * NANOS_PER_MS,
    max_ack_pending: maxAckPending,
  };
}

function deliverFrom(start: Start): Partial<ConsumerConfig> {
  switch (start.from) {
    case "new":
      return { deliver_policy: DeliverPolicy.New };
    case "all":
      return { deliver_policy: DeliverPolicy.All };
    case "sequence":
      return { deliver_policy: DeliverPolicy.StartSequence, opt_start_seq: start.sequence };
  }
}

/** Reads a durable consumer. */
export function consumerState(info: ConsumerInfo): WorkConsumerState {
  const { config } = info;
  const one = config.filter_subject ? [config.filter_subject] : [];
  return {
    stream: info.stream_name,
    name: info.name,
    owner: workOwnerOf(config.metadata),
    settings: {
      filters: config.filter_subjects ?? one,
      ackWaitMs: Math.round((config.ack_wait ?? 0) / NANOS_PER_MS),
      maxAckPending: config.max_ack_pending ?? 0,
      ackAll: config.ack_policy === AckPolicy.All,
    },
    floor: info.ack_floor.stream_seq,
    pending: info.num_pending,
    inWork: info.num_ack_pending,
    ...(info.paused === true && config.pause_until !== undefined
      ? { pausedUntil: config.pause_until }
      : {}),
    deviations: consumerDeviations(config),
  };
}

function consumerDeviations(config: ConsumerConfig): readonly Deviation[] {
  const found: Deviation[] = [];
  const note = (field: string, from: JsonValue, to: JsonValue, repairable = true) => {
    if (from !== to) found.push({ field, from, to, repairable });
  };
  note("max_deliver", config.max_deliver ?? -1, -1);
  note("backoff", (config.backoff ?? []).length, 0);
  note("inactive_threshold", config.inactive_threshold ?? 0, 0);
  note("headers_only", config.headers_only ?? false, false);
  note("deliver_subject", config.deliver_subject ?? null, null, false);
  note("replay_policy", config.replay_policy, ReplayPolicy.Instant, false);
  const isKnown = config.ack_policy === AckPolicy.All || config.ack_policy === AckPolicy.Explicit;
  if (!isKnown) note("ack_policy", config.ack_policy, AckPolicy.Explicit, false);
  return found;
}

function metadataOf({ deployment, kind, name }: WorkOwner): Record<string, string> {
  const metadata = { "trellis.deployment": deployment, "trellis.kind": kind };
  return name === "" ? metadata : { ...metadata, "trellis.alias": name };
}

const KINDS = [
  ...WORK_KINDS,
  "later",
  "dead",
  "steps",
  "jobs",
  "records",
  "rates",
  "transfer",
] as const;

function workOwnerOf(
  metadata: Readonly<Record<string, string>> | undefined,
): WorkOwner | undefined {
  const deployment = metadata?.["trellis.deployment"];
  const kind = KINDS.find((known) => known === metadata?.["trellis.kind"]);
  if (deployment === undefined || kind === undefined) return undefined;
  return { deployment, kind, name: metadata?.["trellis.alias"] ?? "" };
}
