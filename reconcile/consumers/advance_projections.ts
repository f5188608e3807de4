import type { ProjectionBinding, ProjectionGeneration } from "../../contracts/stored/bindings.ts";
import { EVENT_STREAM } from "../../contracts/stored/event_stream.ts";
import {
  FOLDED_KEY,
  generationName,
  projectionShape,
} from "../../contracts/stored/projection_names.ts";
import { err, isErr, ok, type Result } from "../../contracts/result.ts";
import type { ByKey, KvNeed, Needs } from "../needs/need_types.ts";
import type { BucketFailure } from "../resources/buckets.ts";
import {
  consumerKey,
  type ConsumerRef,
  isOwn,
  type WorkConsumer,
  type WorkOwner,
  type WorkStreams,
} from "../resources/work_streams.ts";
import { decideGeneration } from "./decide_generation.ts";
import type { WorkRow } from "./work_row.ts";
import type { WorkAction } from "./work_action.ts";

/** A bucket takes the place of the one before when it is at most so many events behind. */
const CLOSE = 256;

/** What is known when the projections of a deployment are looked at. */
export interface ProjectionFindings {
  readonly deployment: string;
  readonly rows: readonly WorkRow[];
  readonly needs: Needs;
  /** As they were bound last. */
  readonly before: ByKey<ProjectionBinding>;
  /** Where KV aliases are. */
  readonly kv: ByKey<{ readonly bucket: string }>;
  /** When the stream of events was made. */
  readonly created: string;
  readonly streams: WorkStreams;
}

/** Where projections are read, and what goes because nothing reads it any more. */
export interface AdvancedProjections {
  readonly bound: ByKey<ProjectionBinding>;
  readonly retired: readonly WorkAction[];
}

/**
 * Says which buckets the projections of a deployment are read from, and which are made beside them; what a
 * service is to fill is there then. One that is whole and follows the events takes the place of the one before,
 * which is kept, while the one before that goes.
 */
export async function advanceProjections(
  findings: ProjectionFindings,
): Promise<Result<AdvancedProjections, BucketFailure>> {
  const bound: [string, ProjectionBinding][] = [];
  for (const row of findings.rows) {
    const need = findings.needs.resources.kv[row.name];
    if (row.kind !== "projection" || need?.projection === undefined) continue;
    const advanced = (await advance(row, need, findings)).take();
    if (isErr(advanced)) return advanced;
    if (advanced !== undefined) bound.push([row.name, advanced]);
  }
  const projections = Object.fromEntries(bound);
  const retired = (await retirements(projections, findings)).take();
  return isErr(retired) ? retired : ok({ bound: projections, retired });
}

/** Generations that were bound in whatever place, and are in none. */
async function retirements(
  bound: ByKey<ProjectionBinding>,
  findings: ProjectionFindings,
): Promise<Result<readonly WorkAction[], BucketFailure>> {
  const { rows, before } = findings;
  const actions: WorkAction[] = [];
  // What cannot be told of one at the moment stays.
  const isWhole = rows.every(({ kind, name }) =>
    kind !== "projection" || Object.hasOwn(bound, name)
  );
  if (!isWhole) return ok(actions);
  const kept = new Set(Object.values(bound).flatMap(generationsOf).map(({ bucket }) => bucket));
  for (const [alias, known] of Object.entries(before)) {
    for (const one of generationsOf(known)) {
      // The first bucket is the resource itself, which has its own rules.
      if (one.generation === 1 || kept.has(one.bucket)) continue;
      const gone = (await retirement(alias, one, findings)).take();
      if (isErr(gone)) return gone;
      actions.push(...gone);
    }
  }
  return ok(actions);
}

function generationsOf(binding: ProjectionBinding): readonly ProjectionGeneration[] {
  return [binding, binding.next, binding.former].filter((one) => one !== undefined);
}

/** What is left of a generation: its values can be made again. */
async function retirement(
  alias: string,
  { bucket, consumer }: ProjectionGeneration,
  { deployment, streams }: ProjectionFindings,
): Promise<Result<readonly WorkAction[], BucketFailure>> {
  const owner: WorkOwner = { deployment, kind: "projection", name: alias };
  const subject = { kind: "projection", alias } as const;
  const ref = { stream: EVENT_STREAM, name: consumer };
  const durable = (await streams.consumer(ref)).take();
  if (isErr(durable)) return durable;
  const stream = (await streams.stream(`KV_${bucket}`)).take();
  if (isErr(stream)) return stream;
  const actions: WorkAction[] = [];
  if (durable !== undefined && isOwn(durable, owner)) {
    const name = consumerKey(ref);
    const on = { subject: { ...subject, name }, consumer: ref, waiting: [] };
    actions.push({ kind: "delete_consumer", ...on });
  }
  if (stream !== undefined && isOwn(stream, owner)) {
    actions.push({ kind: "delete_stream", subject: { ...subject, name: stream.name } });
  }
  return ok(actions);
}

/** What the values of a projection depend on, as its services compute it. */
export function shapeOf({ schema, projection }: KvNeed): string {
  const { key, version, events } = projection ?? { key: "", version: undefined, events: [] };
  return projectionShape({ schema, key, version, events });
}

async function advance(
  row: WorkRow,
  need: KvNeed,
  { deployment, before, kv, created, streams }: ProjectionFindings,
): Promise<Result<ProjectionBinding | undefined, BucketFailure>> {
  const [declared] = row.consumers;
  const bucket = kv[row.name]?.bucket;
  if (declared === undefined || bucket === undefined) return ok(undefined);
  // By its consumer: the alias may be a new one.
  const known = Object.values(before).find(({ consumer, generation }) =>
    consumer === generationName(declared.name, generation)
  );
  const found = (await streams.stream(`KV_${bucket}`)).take();
  if (isErr(found)) return found;
  const first = { bucket, consumer: declared.name };
  const isEmpty = (found?.lastSequence ?? 0) === 0;
  const decide = (from: ProjectionBinding | undefined) =>
    decideGeneration(from, first, shapeOf(need), isEmpty);
  let decided = decide(known);
  if (known !== undefined && decided.current.bucket === known.former?.bucket) {
    const isThere = (await hasGeneration(decided.current, streams)).take();
    if (isErr(isThere)) return isThere;
    const { former: _, ...rest } = known;
    if (!isThere) decided = decide(rest);
  }
  const { current, next, former } = decided;
  const { filters } = declared.settings;
  const bind = (
    read: ProjectionGeneration,
    kept: ProjectionGeneration | undefined,
  ): ProjectionBinding => ({
    stream: EVENT_STREAM,
    created,
    filters,
    ...read,
    ...(kept === undefined ? {} : { former: kept }),
  });
  const owner: WorkOwner = { deployment, kind: "projection", name: row.name };
  const kept = (await keepConsumer(current, owner, filters, streams)).take();
  if (isErr(kept)) return kept;
  if (next === undefined) return ok(bind(current, former));
  const isReady = (await make(next, owner, need, filters, streams)).take();
  if (isErr(isReady)) return isReady;
  return ok(isReady ? bind(next, current) : { ...bind(current, former), next });
}

async function hasGeneration(
  { bucket, consumer }: ProjectionGeneration,
  streams: WorkStreams,
): Promise<Result<boolean, BucketFailure>> {
  const stream = (await streams.stream(`KV_${bucket}`)).take();
  if (isErr(stream)) return stream;
  const durable = await streams.consumer({ stream: EVENT_STREAM, name: consumer });
  return durable.map((state) => state !== undefined && stream !== undefined);
}

/** Makes the consumer of a later generation again where it is lost: its values say what they have. */
async function keepConsumer(
  { consumer, generation }: ProjectionGeneration,
  owner: WorkOwner,
  filters: readonly string[],
  streams: WorkStreams,
): Promise<Result<void, BucketFailure>> {
  // That of the first is among the rows.
  if (generation === 1) return ok();
  const ref = { stream: EVENT_STREAM, name: consumer };
  const state = (await streams.consumer(ref)).take();
  if (isErr(state)) return state;
  if (state !== undefined) return ok();
  return await streams.addConsumer(durable(ref, owner, filters), { from: "all" });
}

function durable(ref: ConsumerRef, owner: WorkOwner, filters: readonly string[]): WorkConsumer {
  return {
    ...ref,
    owner,
    settings: { filters, ackWaitMs: 5000, maxAckPending: 256, ackAll: true },
  };
}

/** Makes what a service is to fill, and answers whether it has. */
async function make(
  { bucket, consumer }: ProjectionGeneration,
  owner: WorkOwner,
  { history }: KvNeed,
  filters: readonly string[],
  streams: WorkStreams,
): Promise<Result<boolean, BucketFailure>> {
  const name = `KV_${bucket}`;
  const there = (await streams.stream(name)).take();
  if (isErr(there)) return there;
  if (there === undefined) {
    const settings = {
      subjects: [`$KV.${bucket}.>`],
      maxAgeMs: 0,
      schedules: false,
      removable: false,
      transforms: [],
      history,
    };
    const made = await streams.putStream({ name, owner, settings }, true);
    if (made.isErr()) return err(made.error);
  }
  const ref = { stream: EVENT_STREAM, name: consumer };
  const state = (await streams.consumer(ref)).take();
  if (isErr(state)) return state;
  if (state === undefined) {
    // The history is folded by who fills the bucket; this one is for what follows.
    const made = await streams.addConsumer(durable(ref, owner, filters), { from: "new" });
    return made.map(() => false);
  }
  const mark = await streams.lastMessage(name, `$KV.${bucket}.${FOLDED_KEY}`);
  return mark.map((found) => found !== undefined && state.pending + state.inWork <= CLOSE);
}
