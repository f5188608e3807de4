import type { ProjectionBinding } from "../../contracts/stored/bindings.ts";
import { generationName } from "../../contracts/stored/projection_names.ts";

/** A bucket of a projection, and the durable consumer that fills it. */
export type Generation = NonNullable<ProjectionBinding["next"]>;

/** Which bucket of a projection is read, and which one is made beside it. */
export interface Generations {
  readonly current: Generation;
  readonly next: Generation | undefined;
}

/** A shape that no code has: what is in such a bucket is not gone on with. */
const UNKNOWN = "unknown";

/**
 * Decides about the buckets of a projection: one of another shape is not changed in its place, but another one
 * is made. Pure.
 *
 * @param first the bucket and the consumer of the first generation
 * @param isEmpty whether the first bucket holds nothing yet
 */
export function decideGeneration(
  known: ProjectionBinding | undefined,
  first: Pick<Generation, "bucket" | "consumer">,
  shape: string,
  isEmpty: boolean,
): Generations {
  const current = currentOf(known, first, shape, isEmpty);
  const newest = known?.next?.generation ?? current.generation;
  const made = known?.next;
  if (made !== undefined && made.shape === shape) return { current, next: made };
  return {
    current,
    next: current.shape === shape ? undefined : laterGeneration(first, newest + 1, shape),
  };
}

/** A generation after the first. */
export function laterGeneration(
  first: Pick<Generation, "bucket" | "consumer">,
  generation: number,
  shape: string,
): Generation {
  return {
    bucket: generationName(first.bucket, generation),
    consumer: generationName(first.consumer, generation),
    generation,
    shape,
  };
}

function currentOf(
  known: ProjectionBinding | undefined,
  first: Pick<Generation, "bucket" | "consumer">,
  shape: string,
  isEmpty: boolean,
): Generation {
  // What was written by hand, or by reducers that are not known, is kept and read until another is made.
  if (known === undefined) return { ...first, generation: 1, shape: isEmpty ? shape : UNKNOWN };
  const { bucket, consumer, generation } = known;
  return { bucket, consumer, generation, shape: known.shape ?? shape };
}
