import { EVENT_STREAM } from "../../contracts/stored/event_stream.ts";
import { err, isErr, ok, type Result } from "../../contracts/result.ts";
import type { ByKey, Needs } from "../needs/need_types.ts";
import { AuthorityError } from "../records/authority_error.ts";
import type { AuthorityRecord, BoundWork, ResourceProblem } from "../records/authority_record.ts";
import type { AuthorityStore } from "../records/record_store.ts";
import type { BucketFailure } from "../resources/buckets.ts";
import { advanceProjections } from "./advance_projections.ts";
import { concludeWork, type WorkConclusion } from "./conclude_work.ts";
import { desiredWork } from "./desired_work.ts";
import { workKey, workKeys, type WorkRow } from "./work_row.ts";
import { planWork } from "./plan_work.ts";
import { readWork } from "./read_work.ts";
import { usedContracts } from "./used_contracts.ts";
import { keepFilters } from "./keep_filters.ts";
import type { WorkAction } from "./work_action.ts";
import { workNames } from "./work_names.ts";
import { positionsOf } from "./positions_of.ts";
import { moving, noKey, notAccepted } from "./work_problem.ts";
import { consumerKey, type WorkStreams } from "../resources/work_streams.ts";
import type { WorkPositions } from "../records/work_positions.ts";
import type { WorkFound } from "./work_found.ts";

/** What reconciling the groups, projections and relays of a deployment takes. */
export interface WorkRequest {
  readonly record: AuthorityRecord;
  /** Needs of the versions that no reconcile has seen yet, oldest first; the desired ones last. */
  readonly accepted: readonly Needs[];
  /** Where KV aliases are. */
  readonly kv: ByKey<{ readonly bucket: string }>;
  readonly streams: WorkStreams;
  readonly store: AuthorityStore;
  /** Called with each action before it is done. */
  readonly acting?: ((action: WorkAction) => void) | undefined;
  /** Whether the record still is the one that this was decided on. */
  readonly isCurrent: () => Promise<Result<boolean, AuthorityError>>;
  /** Gets what was done, in order. */
  readonly done: WorkAction[];
}

/**
 * Makes the streams and durable consumers of a deployment what its desired state says: reads, acts step by
 * step, and reads back. May be killed anywhere and run again. Answers `again` when another process
 * changed what it decided on.
 */
export async function reconcileWork(
  request: WorkRequest,
): Promise<Result<WorkConclusion | "again", AuthorityError>> {
  const { record, accepted, streams, store, kv } = request;
  const { deployment } = record;
  const needs = accepted.at(-1);
  const remembered = record.materialized?.work ?? {};
  const before = record.materialized?.bindings;
  if (needs === undefined || (workKeys(needs).size === 0 && Object.keys(remembered).length === 0)) {
    return ok({ bindings: {}, work: undefined, problems: [] });
  }
  const used = (await usedContracts(needs, store)).take();
  if (isErr(used)) return used;
  const events = (await streams.stream(EVENT_STREAM)).take();
  if (isErr(events)) return unavailable(events.error);
  const rowsOf = (index: number) =>
    desiredWork(accepted[index]!, {
      deployment,
      used,
      kv,
      names: workNames(remembered, accepted.slice(0, index + 1)),
      abilities: streams.abilities,
      eventsMaxAgeMs: events?.settings.maxAgeMs ?? 0,
    });
  const declared = rowsOf(accepted.length - 1);
  const known = withUnfinished(remembered, accepted.slice(0, -1).flatMap((_, i) => rowsOf(i)));
  const found = (await readWork(declared, known, streams)).take();
  if (isErr(found)) return unavailable(found.error);
  const stored = (await store.loadPositions(deployment)).take();
  if (isErr(stored)) return stored;
  const positions = positionsOf(deployment, declared, known, found, stored);
  const saved = (await savePositions(store, stored, positions)).take();
  if (isErr(saved)) return saved;
  const settled = (await settle(declared, known, found, positions, request)).take();
  if (isErr(settled)) return settled;
  if (settled === "again") return ok("again");
  const { rows, after } = settled;
  const projections = (await advanceProjections({
    deployment,
    rows,
    needs,
    before: before?.projections ?? {},
    kv,
    created: after.streams.get(EVENT_STREAM)?.created ?? "",
    streams,
  })).take();
  if (isErr(projections)) return unavailable(projections.error);
  const retired = (await act(projections.retired, request)).take();
  if (isErr(retired)) return retired;
  if (retired === "again") return ok("again");
  const problems = [...settled.problems, ...retired, ...unavailableEvents(declared, needs)];
  const { bound } = projections;
  const conclusion = concludeWork({
    deployment,
    rows,
    known,
    after,
    problems,
    projections: bound,
    before,
    moving: settled.moving,
    abilities: streams.abilities,
  });
  // Where something stood that is gone by decision is forgotten: it may come back under its name.
  const left = positionsOf(deployment, declared, conclusion.work ?? {}, after, positions);
  const kept = (await savePositions(store, positions, left)).take();
  return isErr(kept) ? kept : ok(conclusion);
}

/** What is left when all was done that can be done now. */
interface Settled {
  readonly rows: readonly WorkRow[];
  readonly after: WorkFound;
  readonly problems: readonly ResourceProblem[];
  /** Keys of queues that still have in work what was begun before the change. */
  readonly moving: readonly string[];
}

/** Milliseconds that are waited for what is in work, so that short work needs no second reconcile. */
const MOVE_MS = 3000;
const LOOK_MS = 50;

/** Acts on what was found, and on what is found then, for as long as queues move. */
async function settle(
  declared: readonly WorkRow[],
  known: ByKey<BoundWork>,
  first: WorkFound,
  positions: WorkPositions,
  request: WorkRequest,
): Promise<Result<Settled | "again", AuthorityError>> {
  const failed: ResourceProblem[] = [];
  const deadline = performance.now() + MOVE_MS;
  for (let found = first;;) {
    const rows = keepFilters(declared, found);
    const plan = planWork(rows, known, found, positions);
    const acted = (await act(plan.actions, request)).take();
    if (isErr(acted)) return acted;
    if (acted === "again") return ok("again");
    failed.push(...acted);
    const { moving: keys = [] } = plan;
    const isOver = keys.length === 0 || acted.length > 0 || performance.now() > deadline;
    if (!isOver && plan.actions.length === 0) {
      await new Promise((done) => setTimeout(done, LOOK_MS));
    }
    const isSame = isOver && plan.actions.length === 0;
    const after = isSame ? found : (await readWork(rows, known, request.streams)).take();
    if (isErr(after)) return unavailable(after.error);
    if (!isOver) {
      found = after;
      continue;
    }
    const waiting = keys.map((key) => moving(key, inWorkOf(key, rows, known, after)));
    return ok({
      rows,
      after,
      problems: [...plan.problems, ...failed, ...waiting],
      moving: keys,
    });
  }
}

/** How many are in work of what a queue had before, and has. */
function inWorkOf(
  key: string,
  rows: readonly WorkRow[],
  known: ByKey<BoundWork>,
  { consumers }: WorkFound,
): number {
  const row = rows.find((one) => one.key === key);
  const before = Object.keys(row === undefined ? {} : known[row.place]?.consumers ?? {});
  const keys = new Set([...before, ...row?.consumers.map(consumerKey) ?? []]);
  return [...keys].reduce((sum, one) => sum + (consumers.get(one)?.inWork ?? 0), 0);
}

/** What versions that were accepted meanwhile may have made, in a reconcile that was killed. */
function withUnfinished(
  remembered: ByKey<BoundWork>,
  rows: readonly WorkRow[],
): ByKey<BoundWork> {
  const known = new Map(Object.entries(remembered));
  for (const { place, name, streams, consumers } of rows) {
    const before = known.get(place);
    known.set(place, {
      alias: before?.alias ?? name,
      streams: {
        ...Object.fromEntries(streams.map((stream) => [stream.name, stream.settings])),
        ...before?.streams,
      },
      consumers: {
        ...Object.fromEntries(
          consumers.map(({ stream, name, settings }) => [`${stream}/${name}`, settings]),
        ),
        ...before?.consumers,
      },
    });
  }
  return Object.fromEntries(known);
}

/** Does what was planned; what one group cannot have does not keep the others away. */
async function act(
  actions: readonly WorkAction[],
  { acting, isCurrent, streams, done }: WorkRequest,
): Promise<Result<"again" | readonly ResourceProblem[], AuthorityError>> {
  const problems: ResourceProblem[] = [];
  for (const action of actions) {
    const isNew = action.kind === "create_stream" || action.kind === "create_consumer";
    if (!isNew) {
      const current = (await isCurrent()).take();
      if (isErr(current)) return current;
      if (!current) return ok("again");
    }
    acting?.(action);
    const outcome = await carryOut(action, streams);
    if (outcome.isOk()) {
      done.push(action);
      continue;
    }
    if (outcome.error.code === "nats_unavailable") return unavailable(outcome.error);
    if (isNew && await isThere(action, streams)) return ok("again");
    const { kind, alias } = action.subject;
    const resource = kind === "shared" ? kind : workKey(kind, alias);
    problems.push({ resource, ...outcome.error });
  }
  return ok(problems);
}

function carryOut(
  action: WorkAction,
  streams: WorkStreams,
): Promise<Result<void, BucketFailure>> {
  switch (action.kind) {
    case "create_stream":
      return streams.putStream(action.stream, true, action.copyFrom);
    case "update_stream":
    case "repair_stream":
      return streams.putStream(action.stream, false, action.copyFrom);
    case "delete_stream":
      return streams.deleteStream(action.subject.name);
    case "create_consumer":
      return streams.addConsumer(action.consumer, action.start, action.pausedUntil);
    case "update_consumer":
    case "repair_consumer":
    case "hold_consumer":
      return streams.updateConsumer(action.consumer);
    case "delete_consumer":
      return streams.deleteConsumer(action.consumer, action.waiting);
  }
}

/** Another reconciler may have been faster, or the answer of our own request was lost. */
async function isThere(action: WorkAction, streams: WorkStreams): Promise<boolean> {
  const found = action.kind === "create_consumer"
    ? await streams.consumer(action.consumer)
    : await streams.stream(action.subject.name);
  return found.isOk() && found.value !== undefined;
}

/** Events that a group cannot get: of a required contract, or without a key. */
function unavailableEvents(
  rows: readonly WorkRow[],
  { contracts }: Needs,
): readonly ResourceProblem[] {
  return rows.flatMap(({ key, missing, keyless }) => [
    ...missing.filter(({ contract }) => contract === undefined || contracts[contract]?.required)
      .map((event) => notAccepted(key, event)),
    ...keyless.map((event) => noKey(key, event)),
  ]);
}

async function savePositions(
  store: Pick<AuthorityStore, "savePositions">,
  before: unknown,
  positions: Parameters<AuthorityStore["savePositions"]>[0],
): Promise<Result<void, AuthorityError>> {
  if (JSON.stringify(before) === JSON.stringify(positions)) return ok();
  return await store.savePositions(positions);
}

function unavailable({ message, hint }: BucketFailure): Result<never, AuthorityError> {
  return err(new AuthorityError("unavailable", message, hint));
}
