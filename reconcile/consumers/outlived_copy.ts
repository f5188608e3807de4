import type { WorkConsumerState, WorkStreamState } from "../resources/work_streams.ts";

/**
 * Whether what a copy was made of is gone: the stream of events was made again, and counts from 1 again. The
 * server would wait until it has as many as the one before, and leave out all until then, whatever it is told:
 * it goes by what the copy holds. Pure.
 *
 * @param events as it was read after the copy: else it may have had less
 */
export function isOutlived(
  { created, copiesFrom }: Pick<WorkStreamState, "created" | "copiesFrom">,
  events: Pick<WorkStreamState, "created" | "isRestored" | "lastSequence"> | undefined,
): boolean {
  if (events === undefined || copiesFrom === undefined) return false;
  // A copy is made after what it is a copy of.
  const isNewer = Date.parse(events.created) > Date.parse(created);
  return isNewer && (!events.isRestored || copiesFrom > events.lastSequence + 1);
}

/** Events in the lanes of a copy that are not settled: of what is gone they are nowhere else. Pure. */
export function unsettledOf(name: string, consumers: Iterable<WorkConsumerState>): number {
  const lanes = [...consumers].filter(({ stream }) => stream === name);
  return lanes.reduce((sum, { pending, inWork }) => sum + pending + inWork, 0);
}
