import type { Visitor } from "../visitor.ts";

/** Milliseconds between two looks at what no record tells of, as what runs, unless given. */
const LOOK_MS = 3000;

/**
 * Gives something at once, whenever the record of a deployment changes, and now and then without a reason.
 *
 * @param deployment all of them unless given
 * @param lookMs milliseconds between two looks without a reason
 */
export async function* recordChanges(
  { authority }: Pick<Visitor, "authority">,
  signal: AbortSignal,
  { deployment, lookMs = LOOK_MS }: {
    readonly deployment?: string;
    readonly lookMs?: number;
  } = {},
): AsyncGenerator<void> {
  const ended = new AbortController();
  const watching = AbortSignal.any([signal, ended.signal]);
  let wake = () => {};
  let isChanged = true;
  const changed = () => {
    isChanged = true;
    wake();
  };
  const watched = (name: string) => {
    if (deployment === undefined || name === deployment) changed();
  };
  // A watch that ends is taken up again at the next look.
  let isWatched = false;
  const timer = setInterval(() => {
    watch();
    changed();
  }, lookMs);
  watching.addEventListener("abort", () => wake(), { once: true });
  watch();
  try {
    while (!watching.aborted) {
      if (isChanged) {
        isChanged = false;
        yield;
      } else await new Promise<void>((resolve) => wake = resolve);
    }
  } finally {
    clearInterval(timer);
    ended.abort();
  }

  function watch(): void {
    if (isWatched) return;
    isWatched = true;
    authority.store.watch(watched, watching).catch(() => {}).finally(() => isWatched = false);
  }
}
