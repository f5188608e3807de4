import { isHeldFilter } from "../../contracts/stored/job_names.ts";
import type { BoundWork, ResourceProblem } from "../records/authority_record.ts";
import {
  consumerKey,
  isOwn,
  type WorkConsumer,
  type WorkConsumerState,
} from "../resources/work_streams.ts";
import { consumerChange, deletion, onConsumer } from "./consumer_steps.ts";
import { heldFilter } from "./queue_row.ts";
import type { WorkAction } from "./work_action.ts";
import { changesOf, stuckOf } from "./work_drift.ts";
import type { WorkFound } from "./work_found.ts";
import { foreignConsumer } from "./work_problem.ts";
import type { WorkRow } from "./work_row.ts";

/**
 * Derives the actions that give a queue its durable consumers. Pure.
 *
 * Filters are never changed under work. A consumer with more filters than before does not get what waits there
 * already, and one that takes filters over is given at once what another has in work. So consumers that are to
 * get something else are held first: nothing new is delivered to them, and what they have in work ends there, as
 * what its worker leaves behind is delivered again there. When that is done, all are made anew together.
 */
export function planQueue(
  row: WorkRow,
  known: BoundWork | undefined,
  found: WorkFound,
): {
  readonly actions: readonly WorkAction[];
  readonly problems: readonly ResourceProblem[];
  readonly moving?: readonly string[];
} {
  const declared = new Map(row.consumers.map((consumer) => [consumerKey(consumer), consumer]));
  const keys = new Set([...declared.keys(), ...Object.keys(known?.consumers ?? {})]);
  const there = [...keys].flatMap((key) => found.consumers.get(key) ?? []);
  const foreign = there.filter((state) => !isQueueOf(row, state));
  const problems = foreign.filter((state) => declared.has(consumerKey(state)))
    .map((state) => foreignConsumer(row.key, state));
  if (problems.length > 0) return { actions: [], problems };
  const leaving = there.filter((state) =>
    !foreign.includes(state) && isLeaving(state, declared.get(consumerKey(state)))
  );
  const held = leaving.filter((state) => !isHeld(state)).map((state): WorkAction => ({
    kind: "hold_consumer",
    ...onConsumer(row, consumerOf(row, state)),
    consumer: {
      ...consumerOf(row, state),
      settings: { ...state.settings, filters: [heldFilter(consumerOf(row, state))] },
    },
  }));
  const isMoving = held.length > 0 || leaving.some(({ inWork }) => inWork > 0);
  if (isMoving) return { actions: held, problems: [], moving: [row.key] };
  // Whoever paused the queue has paused what it is made of now, too.
  const pausedUntil = there.map((state) => state.pausedUntil).find((until) => until !== undefined);
  const gone = leaving.map((state) => deletion(row.kind, row.name, state, []));
  const made = row.consumers.flatMap((consumer): readonly WorkAction[] => {
    const key = consumerKey(consumer);
    const state = leaving.some((one) => consumerKey(one) === key)
      ? undefined
      : found.consumers.get(key);
    if (state !== undefined) return consumerChange(row, consumer, state, known);
    const lost = known !== undefined && Object.hasOwn(known.consumers, key) &&
      !found.consumers.has(key);
    return [{
      kind: "create_consumer",
      ...onConsumer(row, consumer),
      consumer,
      start: { from: "all" },
      ...(pausedUntil === undefined ? {} : { pausedUntil }),
      lost,
    }];
  });
  return { actions: [...gone, ...made], problems: [] };
}

function isLeaving(state: WorkConsumerState, declared: WorkConsumer | undefined): boolean {
  return declared === undefined || stuckOf(state).length > 0 ||
    changesOf(declared, state).some(({ field }) => field === "filters");
}

/** Whether nothing new is delivered to it. */
export function isHeld({ settings: { filters } }: WorkConsumerState): boolean {
  return filters.every(isHeldFilter);
}

function isQueueOf({ consumers: [first] }: WorkRow, state: WorkConsumerState): boolean {
  return first !== undefined && isOwn(state, first.owner);
}

function consumerOf({ consumers: [first] }: WorkRow, state: WorkConsumerState): WorkConsumer {
  return { ...state, owner: state.owner ?? first!.owner };
}
