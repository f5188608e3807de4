import type { WorkStreamState } from "../resources/work_streams.ts";

/**
 * Whether what a copy was made of is gone: the stream of events was made again, and counts from 1 again. The
 * server would wait until it has as many as the one before, and leave out all until then, whatever it is told:
 * it goes by what the copy holds. Pure.
 *
 * @param events as it was read after the copy: else it may have had less
 */
export function isOutlived(
  { created, copiesFrom }: Pick<WorkStreamState, "created" | "copiesFrom">,
  events: Pick<WorkStreamState, "created" | "lastSequence"> | undefined,
): boolean {
  return events !== undefined && copiesFrom !== undefined &&
    copiesFrom > events.lastSequence + 1 && Date.parse(events.created) > Date.parse(created);
}
