import { EVENT_STREAM } from "../../contracts/stored/event_stream.ts";
import type { ByKey } from "../needs/need_types.ts";
import type { BoundWork, ResourceProblem } from "../records/authority_record.ts";
import { WORK_KINDS } from "../../contracts/stored/work_names.ts";
import { isKept } from "./kept_streams.ts";
import { isWaiting, SHARED, type WorkRow } from "./work_row.ts";
import type { WorkAction } from "./work_action.ts";
import type { WorkFound } from "./work_found.ts";
import { consumerChange, deletion, onConsumer } from "./consumer_steps.ts";
import { planQueue } from "./plan_queue.ts";
import { planSchedules } from "./plan_schedules.ts";
import { changesOf, isOutside, stuckOf } from "./work_drift.ts";
import { isOutlived, unsettledOf } from "./outlived_copy.ts";
import type { WorkPositions } from "../records/work_positions.ts";
import { foreignConsumer, foreignStream, noStream, notSettled, stuck } from "./work_problem.ts";
import {
  consumerKey,
  isOwn,
  type Start,
  type WorkConsumer,
  type WorkStream,
  type WorkStreamState,
} from "../resources/work_streams.ts";

/** What it takes that groups, projections, relays and queues have what they need. */
export interface WorkPlan {
  readonly actions: readonly WorkAction[];
  readonly problems: readonly ResourceProblem[];
  /** Keys of queues whose consumers can be made anew only when what they have in work is done. */
  readonly moving?: readonly string[];
}

/**
 * Derives the actions that lead from what is on the server to the rows. Pure and idempotent.
 *
 * @param known what the record says, or an unfinished reconcile may have made, by place
 */
export function planWork(
  rows: readonly WorkRow[],
  known: ByKey<BoundWork>,
  found: WorkFound,
  positions: Pick<WorkPositions, "consumers" | "copies">,
): WorkPlan {
  const wanted = new Set(rows.map(({ place }) => place));
  const gone = Object.entries(known).filter(([place]) => !wanted.has(place));
  const plans = rows.map((row) => planRow(row, known, found, positions));
  return {
    actions: [
      ...gone.flatMap(([place, work]) => removals(place, work, [], [], found)),
      ...plans.flatMap(({ actions }) => actions),
      ...planSchedules(rows, found),
    ],
    problems: plans.flatMap(({ problems }) => problems),
    moving: plans.flatMap(({ moving = [] }) => moving),
  };
}

function planRow(
  row: WorkRow,
  all: ByKey<BoundWork>,
  there: WorkFound,
  positions: Pick<WorkPositions, "consumers" | "copies">,
): WorkPlan {
  if (isWaiting(row)) return { actions: [], problems: [] };
  const known = own(all, row.place);
  if (row.queue !== undefined) return planQueue(row, known, there);
  const problems: ResourceProblem[] = [];
  const actions: WorkAction[] = known === undefined
    ? []
    : removals(row.place, known, row.streams, row.consumers, there);
  const { found, gone } = withoutOutlived(row, there);
  for (const { name } of gone) {
    const events = unsettledOf(name, there.consumers.values());
    if (events > 0) return { actions: [], problems: [notSettled(row.key, name, events)] };
    actions.push({ kind: "delete_stream", ...onStream(row, name) });
  }
  const former = formerPlace(row, known, found, positions);
  for (const stream of row.streams) {
    const state = found.streams.get(stream.name);
    if (state === undefined) actions.push(creation(row, stream, known, former, found, positions));
    else if (!isOwn(state, stream.owner)) problems.push(foreignStream(row.key, state));
    else {
      const stuckAt = stuckOf(state);
      if (stuckAt.length > 0) problems.push(stuck(row.key, `stream ${stream.name}`, stuckAt));
      else actions.push(...streamChange(row, stream, state, known));
    }
  }
  if (problems.length > 0) return { actions: [], problems };
  const made = new Set(
    actions.flatMap((action) => action.kind === "create_stream" ? [action.stream.name] : []),
  );
  for (const consumer of row.consumers) {
    const state = found.consumers.get(consumerKey(consumer));
    const isLost = known !== undefined && Object.hasOwn(known.consumers, consumerKey(consumer));
    const start = startOf(row, consumer, made, former, found, positions);
    const create = {
      kind: "create_consumer",
      ...onConsumer(row, consumer),
      consumer,
      start,
    } as const;
    if (state === undefined) {
      const hasStream = found.streams.has(consumer.stream) || made.has(consumer.stream) ||
        isShared(consumer);
      if (hasStream) actions.push({ ...create, lost: isLost });
      else problems.push(noStream(row.key, consumer.stream));
    } else if (!isOwn(state, consumer.owner)) problems.push(foreignConsumer(row.key, state));
    else if (stuckOf(state).length > 0) {
      actions.push(deletion(row.kind, row.name, consumer, []));
      actions.push({ ...create, start: after(state.floor), lost: true });
    } else actions.push(...consumerChange(row, consumer, state, known));
  }
  return { actions, problems };
}

/** What is left when copies of a stream of events that was made again are gone. */
function withoutOutlived(row: WorkRow, found: WorkFound) {
  const events = found.streams.get(EVENT_STREAM);
  const gone = row.streams.filter((stream) => {
    const state = found.streams.get(stream.name);
    return state !== undefined && isOwn(state, stream.owner) && isOutlived(state, events);
  });
  const isLeft = (stream: string) => !gone.some(({ name }) => name === stream);
  const streams = new Map([...found.streams].filter(([name]) => isLeft(name)));
  const consumers = new Map([...found.consumers].filter(([, { stream }]) => isLeft(stream)));
  return { gone, found: { ...found, streams, consumers } };
}

/** The stream for all groups is made first, whether it is there yet or not. */
function isShared({ stream, owner }: WorkConsumer): boolean {
  return stream !== EVENT_STREAM && owner.kind === "group";
}

function creation(
  row: WorkRow,
  stream: WorkStream,
  known: BoundWork | undefined,
  former: number | undefined,
  found: WorkFound,
  positions: Pick<WorkPositions, "copies">,
): WorkAction {
  const lost = known !== undefined && Object.hasOwn(known.streams, stream.name);
  const action = { kind: "create_stream", ...onStream(row, stream.name), stream, lost } as const;
  if (stream.settings.transforms.length === 0) return action;
  const events = found.streams.get(EVENT_STREAM);
  const position = own(positions.copies, stream.name);
  const isSame = position !== undefined && position.created === events?.created;
  const begin = row.replay === "all" ? 1 : (events?.lastSequence ?? 0) + 1;
  return { ...action, copyFrom: isSame ? position.floor + 1 : former ?? begin };
}

function streamChange(
  row: WorkRow,
  stream: WorkStream,
  state: WorkStreamState,
  known: BoundWork | undefined,
): readonly WorkAction[] {
  const changes = changesOf(stream, state);
  if (changes.length === 0) return [];
  const isOutsideChange = isOutside(changes, own(known?.streams, stream.name));
  const isMoved = changes.some(({ field }) => field === "transforms");
  return [{
    kind: isOutsideChange ? "repair_stream" : "update_stream",
    ...onStream(row, stream.name),
    stream,
    changes,
    // With other transforms the server begins again where it is told to.
    ...(isMoved && state.copiesFrom !== undefined ? { copyFrom: state.copiesFrom } : {}),
  }];
}

/** Where a consumer that is made begins. */
function startOf(
  row: WorkRow,
  consumer: WorkConsumer,
  made: ReadonlySet<string>,
  former: number | undefined,
  { streams }: WorkFound,
  { consumers }: Pick<WorkPositions, "consumers">,
): Start {
  const { stream } = consumer;
  const position = own(consumers, consumerKey(consumer));
  const state = streams.get(stream);
  if (position !== undefined && state !== undefined) {
    // Another stream of the name: all that is in it came after what was settled.
    return position.created === state.created ? after(position.floor) : { from: "all" };
  }
  if (stream === EVENT_STREAM && former !== undefined) {
    return { from: "sequence", sequence: former };
  }
  // What a stream of its own holds is for nobody else.
  if (made.has(stream) || row.streams.some(({ name }) => name === stream)) return { from: "all" };
  return { from: isShared(consumer) ? "new" : row.replay };
}

/** The first event that a group has not settled where it got its events until now, if it moves. */
function formerPlace(
  row: WorkRow,
  known: BoundWork | undefined,
  { streams, consumers }: WorkFound,
  positions: Pick<WorkPositions, "consumers" | "copies">,
): number | undefined {
  if (row.kind !== "group" || known === undefined) return undefined;
  const created = streams.get(EVENT_STREAM)?.created;
  const keeps = (name: string) => row.consumers.some((kept) => consumerKey(kept) === name);
  for (const key of Object.keys(known.consumers)) {
    if (!key.startsWith(`${EVENT_STREAM}/`) || keeps(key)) continue;
    const position = own(positions.consumers, key);
    const floor = consumers.get(key)?.floor ??
      (position?.created === created ? position?.floor : undefined);
    if (floor !== undefined) return floor + 1;
  }
  for (const name of Object.keys(known.streams)) {
    if (row.streams.some((kept) => kept.name === name)) continue;
    const position = own(positions.copies, name);
    if (position?.created === created && position !== undefined) return position.floor + 1;
  }
  return undefined;
}

/** What a row had and has no more; dead letters stay, and so does what waits in queues. */
function removals(
  place: string,
  known: BoundWork,
  streams: readonly WorkStream[],
  consumers: readonly WorkConsumer[],
  found: WorkFound,
): WorkAction[] {
  const kind = kindOf(place);
  const { alias } = known;
  const actions: WorkAction[] = [];
  const isGoing = (name: string) => {
    const state = found.streams.get(name);
    return Object.hasOwn(known.streams, name) && state !== undefined && !isKept(state) &&
      !streams.some((stream) => stream.name === name);
  };
  for (const name of Object.keys(known.consumers)) {
    const state = found.consumers.get(name);
    const stays = consumers.some((consumer) => consumerKey(consumer) === name);
    if (state === undefined || stays || state.owner?.kind !== kind) continue;
    // Those of a stream that goes go with it, all at once.
    if (isGoing(state.stream)) continue;
    const isWaiting = state.settings.filters.every((filter) => filter.startsWith("again."));
    const waiting = isWaiting
      ? state.settings.filters.flatMap((filter) => [filter, filter.replace(/^again\./, "later.")])
      : [];
    actions.push(deletion(kind, alias, state, waiting));
  }
  for (const name of Object.keys(known.streams).filter(isGoing)) {
    actions.push({ kind: "delete_stream", subject: { kind, alias, name } });
  }
  return actions;
}

function kindOf(place: string): WorkRow["kind"] {
  return WORK_KINDS.find((kind) => place.startsWith(`${kind}/`)) ?? SHARED;
}

function after(floor: number): Start {
  return { from: "sequence", sequence: floor + 1 };
}

function onStream({ kind, name: alias }: WorkRow, name: string) {
  return { subject: { kind, alias, name } };
}

function own<T>(map: ByKey<T> | undefined, key: string): T | undefined {
  return map !== undefined && Object.hasOwn(map, key) ? map[key] : undefined;
}
