/** Which streams and durable consumers stand behind the needs of a deployment. */
import { deploymentToken } from "../../contracts/stored/authority_records.ts";
import { EVENT_STREAM } from "../../contracts/stored/event_stream.ts";
import {
  deadStream,
  durableName,
  groupStream,
  laneSubjectPrefix,
  laterStream,
  stepsBucket,
  type WorkKind,
} from "../../contracts/stored/work_names.ts";
import type { ByKey, ConsumerNeed, KvNeed, Needs } from "../needs/need_types.ts";
import type { ConsumedEvent } from "./consumed_events.ts";
import { consumedEvents, eventFilter } from "./consumed_events.ts";
import { type GroupSettings, groupSettings, LANES } from "./group_settings.ts";
import type {
  ConsumerSettings,
  WorkAbilities,
  WorkConsumer,
  WorkOwner,
  WorkStream,
  WorkStreamSettings,
} from "../resources/work_streams.ts";

/** A group, a projection, a relay, or what all of a deployment share, with what it is to have. */
export interface WorkRow {
  /** As `group/mailer`; what all share is {@link SHARED}. */
  readonly key: string;
  readonly kind: WorkKind | "shared";
  /** As it is declared. */
  readonly name: string;
  /** As it stands in subjects and names on the server. */
  readonly physical: string;
  /** Its kind and that name, as `group/mailer`: the record remembers it by these. */
  readonly place: string;
  readonly streams: readonly WorkStream[];
  readonly consumers: readonly WorkConsumer[];
  /** Where it starts when it is new. */
  readonly replay: "new" | "all";
  /** Of groups. */
  readonly settings?: GroupSettings;
  /** Events that it cannot get yet. */
  readonly missing: readonly ConsumedEvent[];
  /** Events that have no key, where events are in order by their key. */
  readonly keyless: readonly ConsumedEvent[];
}

/** The key of what all groups of a deployment share. */
export const SHARED = "shared" as const;

/** What the rows depend on beside the needs. */
export interface WorkContext {
  readonly deployment: string;
  /** What is accepted of the used contracts, by id. */
  readonly used: ByKey<Pick<Needs, "surfaces">>;
  /** Where KV aliases are. */
  readonly kv: ByKey<{ readonly bucket: string }>;
  /** How rows are called on the server, by key; their own names where left out. */
  readonly names: ReadonlyMap<string, string>;
  readonly abilities: WorkAbilities;
  /** How long the stream of events keeps one. */
  readonly eventsMaxAgeMs: number;
}

const DAY_MS = 24 * 60 * 60 * 1000;
const MONTH_MS = 30 * DAY_MS;
/** In work at once where batches are taken. */
const BATCH = 256;
const BATCH_WAIT_MS = 5000;

/** Whether there is nothing to consume yet: without filters, or transforms, a row would get everything. */
export function isWaiting({ streams, consumers }: WorkRow): boolean {
  return consumers.some(({ settings }) => settings.filters.length === 0) ||
    streams.some(({ owner, settings }) =>
      owner.kind === "group" && settings.transforms.length === 0
    );
}

/** The key of a row, as `group/mailer`. */
export function workKey(kind: WorkKind, name: string): string {
  return `${kind}/${name}`;
}

/** What a contract has of these, by key and declared name; the same whatever is on the server. */
export function workKeys({ consumers = {}, resources }: Needs): ReadonlyMap<string, string> {
  const buckets = Object.entries(resources.kv);
  const named = (kind: WorkKind, names: readonly string[]) =>
    names.map((name) => [workKey(kind, name), name] as const);
  return new Map([
    ...named("group", Object.keys(consumers)),
    ...named("projection", buckets.filter(([, kv]) => kv.projection).map(([alias]) => alias)),
    ...named("relay", buckets.filter(([, kv]) => kv.changes || kv.outbox).map(([alias]) => alias)),
  ]);
}

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
  const rows = [...groups, ...buckets];
  return rows.length === 0 ? [] : [sharedRow(groups.length > 0, context), ...rows];
}

function sharedRow(hasGroups: boolean, { deployment, abilities }: WorkContext): WorkRow {
  const token = deploymentToken(deployment);
  const stream = (
    kind: "later" | "dead" | "steps",
    name: string,
    settings: Partial<WorkStreamSettings>,
  ): WorkStream => ({
    name,
    owner: { deployment, kind, name: "" },
    settings: {
      subjects: [],
      maxAgeMs: MONTH_MS,
      schedules: false,
      removable: false,
      transforms: [],
      ...settings,
    },
  });
  const steps = stepsBucket(deployment);
  const streams = [
    stream("dead", deadStream(deployment), { subjects: [`dead.${token}.>`], removable: true }),
    ...(hasGroups
      ? [
        stream("later", laterStream(deployment), {
          subjects: [`later.${token}.>`, `again.${token}.>`],
          schedules: abilities.schedules,
        }),
        stream("steps", `KV_${steps}`, { subjects: [`$KV.${steps}.>`], maxAgeMs: 7 * DAY_MS }),
      ]
      : []),
  ];
  return { ...EMPTY, key: SHARED, place: SHARED, kind: "shared", name: "", physical: "", streams };
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
