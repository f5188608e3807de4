import { EVENT_STREAM } from "../../contracts/stored/event_stream.ts";
import { isErr, ok, type Result } from "../../contracts/result.ts";
import type { ByKey, Needs } from "../needs/need_types.ts";
import type { AuthorityError } from "../records/authority_error.ts";
import type { BoundWork, ResourceProblem } from "../records/authority_record.ts";
import type { AuthorityStore } from "../records/record_store.ts";
import { advanceProjections } from "./advance_projections.ts";
import { concludeWork, type WorkConclusion } from "./conclude_work.ts";
import { desiredWork } from "./desired_work.ts";
import { hasWork, type WorkRow } from "./work_row.ts";
import { missedJobs } from "./catch_up.ts";
import { isSameSchedule } from "./schedule_row.ts";
import { readWork } from "./read_work.ts";
import { usedContracts } from "./used_contracts.ts";
import { act, unavailable, type WorkRequest } from "./carry_out_work.ts";
import { settle } from "./settle_work.ts";
import { workNames } from "./work_names.ts";
import { positionsOf } from "./positions_of.ts";
import { noKey, notAccepted, notScheduled } from "./work_problem.ts";
import type { WorkFound } from "./work_found.ts";

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
  if (needs === undefined || (!hasWork(needs) && Object.keys(remembered).length === 0)) {
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
  const missed = (await missedJobs(deployment, rows, after, streams, request.now)).take();
  if (isErr(missed)) return unavailable(missed.error);
  const madeUp = (await act(missed, request)).take();
  if (isErr(madeUp)) return madeUp;
  if (madeUp === "again") return ok("again");
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
  const problems = [
    ...settled.problems,
    ...madeUp,
    ...retired,
    ...unavailableEvents(declared, needs),
  ];
  problems.push(...unscheduled(rows, after, problems));
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

/** Schedules that the server does not repeat as they were written, where that is not known already. */
function unscheduled(
  rows: readonly WorkRow[],
  { schedules: stored }: WorkFound,
  problems: readonly ResourceProblem[],
): readonly ResourceProblem[] {
  return rows.flatMap(({ key, schedules = [] }) => {
    const missing = schedules.filter(({ message }) => {
      const found = stored.get(message.subject);
      return found === undefined || !isSameSchedule(message, found);
    });
    const isKnown = problems.some(({ resource }) => resource === key);
    return missing.length === 0 || isKnown
      ? []
      : [notScheduled(key, missing.map(({ name }) => name))];
  });
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
