/**
 * How the bucket of a projection that is made again is named and marked, and by what it is known that it has to
 * be: shared by who makes it, who fills it, and who lets it take the place of the one before.
 *
 * @module
 */
import { digestJson } from "../json/digest.ts";

/** Where the bucket says that all of the history is folded in it: no key, so no reader asks for it. */
export const FOLDED_KEY = "~folded";

/** The bucket, or the durable consumer, of a generation after the first. */
export function generationName(first: string, generation: number): string {
  return generation === 1 ? first : `${first}_g${generation}`;
}

/** The generation that would be made beside the one that is read, and the one that is kept from before. */
export function generationAfter(
  { bucket, consumer, generation, former }: {
    readonly bucket: string;
    readonly consumer: string;
    readonly generation: number;
    readonly former?: { readonly generation: number };
  },
): { readonly bucket: string; readonly consumer: string; readonly generation: number } {
  const first = (name: string) =>
    generation === 1 ? name : name.slice(0, -`_g${generation}`.length);
  const next = Math.max(generation, former?.generation ?? 0) + 1;
  return {
    bucket: generationName(first(bucket), next),
    consumer: generationName(first(consumer), next),
    generation: next,
  };
}

/** What the values of a projection depend on, beside the events. */
export interface ProjectionInput {
  /** Schema of the values. */
  readonly schema: unknown;
  /** Pointers to the key. */
  readonly key: unknown;
  /** What the author calls the reducers. */
  readonly version: string | undefined;
  /** `self:<event>` and `uses.<alias>:<event>`. */
  readonly events: readonly string[];
}

/** Two projections with the same shape hold the same values, as far as contracts say. */
export function projectionShape({ schema, key, version, events }: ProjectionInput): string {
  return digestJson({ schema, key, version: version ?? null, events: [...events].sort() });
}
