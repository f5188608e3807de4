import type { ProjectionBinding } from "../../contracts/stored/bindings.ts";
import { EVENT_STREAM } from "../../contracts/stored/event_stream.ts";
import { FOLDED_KEY, projectionShape } from "../../contracts/stored/projection_names.ts";
import { err, isErr, ok, type Result } from "../../contracts/result.ts";
import type { ByKey, KvNeed, Needs } from "../needs/need_types.ts";
import type { BucketFailure } from "../resources/buckets.ts";
import type { WorkOwner, WorkStreams } from "../resources/work_streams.ts";
import { decideGeneration, type Generation } from "./decide_generation.ts";
import type { WorkRow } from "./desired_work.ts";

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

/**
 * Says which buckets the projections of a deployment are read from, and which are made beside them; what a
 * service is to fill is there then. One that is whole and follows the events takes the place of the one before.
 */
export async function advanceProjections(
  findings: ProjectionFindings,
): Promise<Result<ByKey<ProjectionBinding>, BucketFailure>> {
  const bound: [string, ProjectionBinding][] = [];
  for (const row of findings.rows) {
    const need = findings.needs.resources.kv[row.name];
    if (row.kind !== "projection" || need?.projection === undefined) continue;
    const advanced = (await advance(row, need, findings)).take();
    if (isErr(advanced)) return advanced;
    if (advanced !== undefined) bound.push([row.name, advanced]);
  }
  return ok(Object.fromEntries(bound));
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
  const known = before[row.name];
  const found = (await streams.stream(`KV_${bucket}`)).take();
  if (isErr(found)) return found;
  const first = { bucket, consumer: declared.name };
  const isEmpty = (found?.lastSequence ?? 0) === 0;
  const { current, next } = decideGeneration(known, first, shapeOf(need), isEmpty);
  const { filters } = declared.settings;
  const bind = (read: Generation): ProjectionBinding => ({
    stream: EVENT_STREAM,
    created,
    filters,
    ...read,
  });
  const forget = (consumer: string) =>
    streams.deleteConsumer({ stream: EVENT_STREAM, name: consumer }, []);
  const dropped = known?.next?.consumer;
  if (dropped !== undefined && dropped !== next?.consumer) {
    const gone = await forget(dropped);
    if (gone.isErr()) return err(gone.error);
  }
  if (next === undefined) return ok(bind(current));
  const owner: WorkOwner = { deployment, kind: "projection", name: row.name };
  const isReady = (await make(next, owner, need, filters, streams)).take();
  if (isErr(isReady)) return isReady;
  if (!isReady) return ok({ ...bind(current), next });
  if (current.generation > 1) {
    const gone = await forget(current.consumer);
    if (gone.isErr()) return err(gone.error);
  }
  return ok(bind(next));
}

/** Makes what a service is to fill, and answers whether it has. */
async function make(
  { bucket, consumer }: Generation,
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
    const settings = { filters, ackWaitMs: 5000, maxAckPending: 256, ackAll: true };
    // The history is folded by who fills the bucket; this one is for what follows.
    const made = await streams.addConsumer({ ...ref, owner, settings }, { from: "new" });
    return made.map(() => false);
  }
  const mark = await streams.hasMessage(name, `$KV.${bucket}.${FOLDED_KEY}`);
  return mark.map((isWhole) => isWhole && state.pending + state.inWork <= CLOSE);
}
