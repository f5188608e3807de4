import { backoffMs } from "../reconciler/backoff.ts";

/** When to begin again. */
export interface OnceLedOptions<T> {
  /** Whether it has failed because nobody leads a stream, or the cluster. */
  readonly isUnled: (begun: T) => boolean;
  /** Milliseconds after which it is not begun again. */
  readonly waitMs: number;
  /** Whether it is no use to wait; asked after so many failures. */
  readonly isOver?: (failures: number) => Promise<boolean>;
}

/** Begins something again while the servers of a cluster that has just started choose their leaders. */
export async function onceLed<T>(
  begin: () => Promise<T>,
  { isUnled, waitMs, isOver }: OnceLedOptions<T>,
): Promise<T> {
  const deadline = performance.now() + waitMs;
  for (let failures = 1;; failures++) {
    const begun = await begin();
    if (!isUnled(begun)) return begun;
    const pause = backoffMs(failures, Math.random(), { firstMs: 50, maxMs: 1000 });
    if (performance.now() + pause > deadline || await isOver?.(failures)) return begun;
    await new Promise((resolve) => setTimeout(resolve, pause));
  }
}
