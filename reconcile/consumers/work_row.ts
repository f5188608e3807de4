/** What the parts behind groups, projections, relays and queues have in common. */
import type { JsonObject } from "../../contracts/json/json.ts";
import type { WorkKind } from "../../contracts/stored/work_names.ts";
import type { ByKey, Needs } from "../needs/need_types.ts";
import { transfersOf } from "../needs/transfers.ts";
import type { WorkAbilities, WorkConsumer, WorkStream } from "../resources/work_streams.ts";
import type { ConsumedEvent } from "./consumed_events.ts";
import type { GroupSettings } from "./group_settings.ts";
import type { QueueSettings } from "./queue_settings.ts";
import type { ScheduleRow } from "./schedule_row.ts";

/** A group, a projection, a relay, a queue, or what all of a deployment share, with what it is to have. */
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
  /** Of queues. */
  readonly queue?: QueueSettings;
  /** Of queues: what the server is to repeat by the calendar. */
  readonly schedules?: readonly ScheduleRow[];
  /** Events that it cannot get yet. */
  readonly missing: readonly ConsumedEvent[];
  /** Events that have no key, where events are in order by their key. */
  readonly keyless: readonly ConsumedEvent[];
}

/** The key of what all of a deployment share. */
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
export function workKeys(
  { consumers = {}, jobs = {}, surfaces, resources }: Needs,
): ReadonlyMap<string, string> {
  const buckets = Object.entries(resources.kv);
  const named = (kind: WorkKind, names: readonly string[]) =>
    names.map((name) => [workKey(kind, name), name] as const);
  return new Map([
    ...named("group", Object.keys(consumers)),
    ...named("projection", buckets.filter(([, kv]) => kv.projection).map(([alias]) => alias)),
    ...named("relay", buckets.filter(([, kv]) => kv.changes || kv.outbox).map(([alias]) => alias)),
    ...named("job", Object.keys(jobs)),
    ...named("operation", Object.keys(operationsOf(surfaces))),
  ]);
}

/** Whether a contract has any of these, or files that need what they share. */
export function hasWork(needs: Needs): boolean {
  return workKeys(needs).size > 0 || transfersOf(needs).length > 0;
}

/** How the work of each operation is queued, by its name. */
export function operationsOf(surfaces: Needs["surfaces"]): ByKey<JsonObject> {
  return Object.fromEntries(
    Object.values(surfaces).filter(({ kind }) => kind === "operations")
      .map(({ name, work = {} }) => [name, work]),
  );
}
