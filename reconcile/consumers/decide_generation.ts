import type { ProjectionBinding, ProjectionGeneration } from "../../contracts/stored/bindings.ts";
import { generationName } from "../../contracts/stored/projection_names.ts";

/** Which bucket of a projection is read, which one is made beside it, and which one is kept from before. */
export interface Generations {
  readonly current: ProjectionGeneration;
  readonly next: ProjectionGeneration | undefined;
  readonly former: ProjectionGeneration | undefined;
}

/** A shape that no code has: what is in such a bucket is not gone on with. */
const UNKNOWN = "unknown";

/**
 * Decides about the buckets of a projection: one of another shape is not changed in its place, but another one
 * is made. The one from before is read again where its shape is wanted again: it goes on where it stopped,
 * and has at least what another one could be made of. Pure.
 *
 * @param first the bucket and the consumer of the first generation
 * @param isEmpty whether the first bucket holds nothing yet
 */
export function decideGeneration(
  known: ProjectionBinding | undefined,
  first: Pick<ProjectionGeneration, "bucket" | "consumer">,
  shape: string,
  isEmpty: boolean,
): Generations {
  const current = currentOf(known, first, shape, isEmpty);
  const { next: made, former } = known ?? {};
  if (made !== undefined && made.shape === shape) return { current, next: made, former };
  if (current.shape === shape) return { current, next: undefined, former };
  if (former?.shape === shape) return { current: former, next: undefined, former: current };
  const numbers = [current, made, former].map((one) => one?.generation ?? 0);
  const next = laterGeneration(first, Math.max(...numbers) + 1, shape);
  return { current, next, former };
}

/** A generation after the first. */
export function laterGeneration(
  first: Pick<ProjectionGeneration, "bucket" | "consumer">,
  generation: number,
  shape: string,
): ProjectionGeneration {
  return {
    bucket: generationName(first.bucket, generation),
    consumer: generationName(first.consumer, generation),
    generation,
    shape,
  };
}

function currentOf(
  known: ProjectionBinding | undefined,
  first: Pick<ProjectionGeneration, "bucket" | "consumer">,
  shape: string,
  isEmpty: boolean,
): ProjectionGeneration {
  // What was written by hand, or by reducers that are not known, is kept and read until another is made.
  if (known === undefined) return { ...first, generation: 1, shape: isEmpty ? shape : UNKNOWN };
  const { bucket, consumer, generation } = known;
  return { bucket, consumer, generation, shape: known.shape ?? shape };
}
