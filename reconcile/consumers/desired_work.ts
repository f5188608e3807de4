/** Which streams and durable consumers stand behind the needs of a deployment. */
import { deploymentToken } from "../../contracts/stored/authority_records.ts";
import { EVENT_STREAM } from "../../contracts/stored/event_stream.ts";
import {
  durableName,
  groupStream,
  laneSubjectPrefix,
  laterStream,
  type WorkKind,
} from "../../contracts/stored/work_names.ts";
import type { ConsumerNeed, KvNeed, Needs } from "../needs/need_types.ts";
import type { ConsumedEvent } from "./consumed_events.ts";
import { consumedEvents, eventFilter } from "./consumed_events.ts";
import { groupSettings, LANES } from "./group_settings.ts";
import { queueRow } from "./queue_row.ts";
import { scheduleRows } from "./schedule_row.ts";
import { sharedRow } from "./shared_row.ts";
import { hasWork, operationsOf, type WorkContext, workKey, type WorkRow } from "./work_row.ts";
import type { ConsumerSettings, WorkConsumer, WorkOwner } from "../resources/work_streams.ts";

/** In work at once where batches are taken. */
const BATCH = 256;
const BATCH_WAIT_MS = 5000;

/** Derives what a deployment is to have. Pure. */
export function desiredWork(needs: Needs, context: WorkContext): readonly WorkRow[] {
  const groups = Object.entries(needs.consumers ?? {})
    .map(([name, need]) => groupRow(name, need, needs, context));
  const buckets = Object.entries(needs.resources.kv).flatMap(([alias, need]) => [
    ...(need.projection === undefined ? [] : [projectionRow(alias, need, needs, context)]),
    ...(need.changes === undefined && need.outbox === undefined
      ? []
      : [relayRow(alias, need, context)]),
  ]);
  const { deployment } = context;
  const jobs = Object.entries(needs.jobs ?? {})
    .map(([name, need]) => ({
      ...queueRow("job", name, need.settings, deployment),
      schedules: scheduleRows(deployment, name, need),
    }));
  const operations = Object.entries(operationsOf(needs.surfaces))
    .map(([name, work]) => queueRow("operation", name, work, deployment));
  const rows = [...groups, ...buckets, ...jobs, ...operations];
  const kinds = new Set(rows.map(({ kind }) => kind));
  return hasWork(needs) ? [sharedRow(kinds, needs, context), ...rows] : [];
}

const EMPTY = { streams: [], consumers: [], replay: "all", missing: [], keyless: [] } as const;

function groupRow(
  name: string,
  need: ConsumerNeed,
  needs: Needs,
  context: WorkContext,
): WorkRow {
  const { deployment } = context;
  const { key, physical, place, owner } = identityOf("group", name, context);
  const settings = groupSettings(need.settings);
  const { concurrency, ackWaitMs, ordering, replay } = settings;
  const events = consumedEvents(need, needs, context.used);
  const isKeyed = ordering === "key";
  const keyless = events.filter(({ subject, params }) =>
    isKeyed && subject !== undefined && params === 0
  );
  const usable = events.filter((event) => !keyless.includes(event));
  const atOnce = ordering === "none" ? concurrency : 1;
  const consumer = (
    stream: string,
    durable: string,
    filters: readonly string[],
    maxAckPending: number,
  ): WorkConsumer => ({
    stream,
    name: durable,
    owner,
    settings: { filters, ackWaitMs, maxAckPending, ackAll: false },
  });
  const durable = durableName("group", deployment, physical);
  const again = `again.${deploymentToken(deployment)}.${physical}.*`;
  const later = consumer(laterStream(deployment), durable, [again], atOnce);
  const row = {
    key,
    kind: "group",
    name,
    physical,
    place,
    replay,
    settings,
    missing: events.filter(({ subject }) => subject === undefined),
    keyless,
  } as const;
  if (!isKeyed) {
    const filters = filtersOf(usable);
    return {
      ...row,
      streams: [],
      consumers: [consumer(EVENT_STREAM, durable, filters, atOnce), later],
    };
  }
  const stream = groupStream(deployment, physical);
  const prefix = laneSubjectPrefix(deployment, physical);
  const lanes = Array.from({ length: LANES }, (_, lane) =>
    consumer(
      stream,
      durableName("group", deployment, physical, lane),
      [`${prefix}.${lane}.>`],
      1,
    ));
  return {
    ...row,
    streams: [{
      name: stream,
      owner,
      settings: {
        subjects: [],
        maxAgeMs: context.eventsMaxAgeMs,
        schedules: false,
        removable: false,
        transforms: usable.flatMap((event) => laneTransform(event, prefix)),
      },
    }],
    consumers: [...lanes, later],
  };
}

/** `events.v1.Order.Placed.*.*` -> `group.shop.mailer.{{partition(8,1)}}.v1.Order.Placed.{{wildcard(1)}}…` */
function laneTransform(event: ConsumedEvent, prefix: string) {
  const from = eventFilter(event);
  if (from === undefined || event.subject === undefined) return [];
  const params = Array.from({ length: event.params }, (_, i) => `.{{wildcard(${i + 1})}}`);
  const rest = event.subject.slice("events.".length);
  return [{ from, to: `${prefix}.{{partition(${LANES},1)}}.${rest}${params.join("")}` }];
}

function projectionRow(
  alias: string,
  { projection = { events: [], key: "" } }: KvNeed,
  needs: Needs,
  context: WorkContext,
): WorkRow {
  const events = consumedEvents(projection, needs, context.used);
  return {
    ...batchRow("projection", alias, EVENT_STREAM, filtersOf(events), context),
    missing: events.filter(({ subject }) => subject === undefined),
  };
}

function relayRow(alias: string, { changes, outbox }: KvNeed, context: WorkContext): WorkRow {
  const bucket = Object.hasOwn(context.kv, alias) ? context.kv[alias]!.bucket : undefined;
  const filters = bucket === undefined ? [] : [
    ...(changes === undefined ? [] : [`$KV.${bucket}.>`]),
    ...(outbox === undefined ? [] : [`outbox.${bucket}.>`]),
  ];
  // What was written before a bucket had changes to publish is no change.
  return { ...batchRow("relay", alias, `KV_${bucket ?? ""}`, filters, context), replay: "new" };
}

function batchRow(
  kind: "projection" | "relay",
  alias: string,
  stream: string,
  filters: readonly string[],
  context: WorkContext,
): WorkRow {
  const { key, physical, place, owner } = identityOf(kind, alias, context);
  const settings: ConsumerSettings = {
    filters,
    ackWaitMs: BATCH_WAIT_MS,
    maxAckPending: BATCH,
    ackAll: true,
  };
  const name = durableName(kind, context.deployment, physical);
  const consumers = [{ stream, name, owner, settings }];
  return { ...EMPTY, key, kind, name: alias, physical, place, consumers };
}

function identityOf(kind: WorkKind, name: string, { deployment, names }: WorkContext) {
  const key = workKey(kind, name);
  const owner: WorkOwner = { deployment, kind, name };
  const physical = names.get(key) ?? name;
  return { key, physical, place: workKey(kind, physical), owner };
}

function filtersOf(events: readonly ConsumedEvent[]): readonly string[] {
  return [...new Set(events.flatMap((event) => eventFilter(event) ?? []))].sort();
}
