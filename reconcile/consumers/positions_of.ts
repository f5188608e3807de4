import { EVENT_STREAM } from "../../contracts/stored/event_stream.ts";
import type { ByKey } from "../needs/need_types.ts";
import type { BoundWork } from "../records/authority_record.ts";
import type { ConsumerPosition, WorkPositions } from "../records/work_positions.ts";
import { consumerKey } from "../resources/work_streams.ts";
import { isOutlived } from "./outlived_copy.ts";
import type { WorkRow } from "./work_row.ts";
import type { WorkFound } from "./work_found.ts";

/**
 * Where each consumer and each copy stands. One that is not there keeps the last position that is known of it;
 * one that the deployment does not have any more is left out.
 */
export function positionsOf(
  deployment: string,
  rows: readonly WorkRow[],
  known: ByKey<BoundWork>,
  { streams, consumers, resumes }: WorkFound,
  before: WorkPositions | undefined,
): WorkPositions {
  const keys = new Set([
    ...rows.flatMap((row) => row.consumers.map(consumerKey)),
    ...Object.values(known).flatMap((entry) => Object.keys(entry.consumers)),
  ]);
  const copies = new Set([
    ...rows.flatMap((row) => row.streams.map(({ name }) => name)),
    ...Object.values(known).flatMap((entry) => Object.keys(entry.streams)),
  ]);
  const createdOf = (stream: string) => streams.get(stream)?.created;
  return {
    format: "trellis.positions.v1",
    deployment,
    consumers: merged(keys, before?.consumers, (key) => {
      const state = consumers.get(key);
      const created = state && createdOf(state.stream);
      return created === undefined ? undefined : { created, floor: state?.floor ?? 0 };
    }),
    copies: merged(copies, before?.copies, (name) => {
      const created = createdOf(EVENT_STREAM);
      // Where a lane is not there nothing says what it has settled: less is taken for settled.
      const isKnown = before !== undefined && Object.hasOwn(before.copies, name);
      const next = resumes.get(name) ?? (isKnown ? undefined : streams.get(name)?.copiesSince);
      if (next === undefined || created === undefined) return undefined;
      const copy = streams.get(name);
      const isAgain = copy !== undefined && isOutlived(copy, streams.get(EVENT_STREAM));
      return { created, floor: isAgain ? 0 : next - 1 };
    }),
  };
}

function merged(
  keys: ReadonlySet<string>,
  before: ByKey<ConsumerPosition> | undefined,
  now: (key: string) => ConsumerPosition | undefined,
): ByKey<ConsumerPosition> {
  return Object.fromEntries(
    [...keys].sort().flatMap((key) => {
      const position = now(key) ??
        (before !== undefined && Object.hasOwn(before, key) ? before[key] : undefined);
      return position === undefined ? [] : [[key, position] as const];
    }),
  );
}
