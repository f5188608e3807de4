/** Something that takes nothing more, and then waits for what it has in work. */
export interface Stoppable {
  /** `onQuiet` is called when it takes nothing more. */
  stop(deadlineMs: number, onQuiet: () => void): Promise<unknown>;
}

/** Stops all of them at once; `onQuiet` is called when none of them takes anything more. */
export async function stopTogether(
  parts: readonly Stoppable[],
  deadlineMs: number,
  onQuiet?: () => void,
): Promise<void> {
  let left = parts.length;
  if (left === 0) onQuiet?.();
  const quiet = () => {
    if (--left === 0) onQuiet?.();
  };
  await Promise.all(parts.map((part) => part.stop(deadlineMs, quiet)));
}
