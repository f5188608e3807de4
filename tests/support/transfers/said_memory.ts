/** How much memory a process takes, as it says it to whoever has started it. */
const STEP = 1 << 20;
/** Milliseconds between two looks. */
const LOOK_MS = 10;

/** Says it whenever it is more than before, to the output of this process. */
export function sayMemory(): void {
  let most = Deno.memoryUsage().rss;
  setInterval(() => {
    const { rss } = Deno.memoryUsage();
    if (rss > most + STEP) console.log(`rss ${most = rss}`);
  }, LOOK_MS);
}

/** The most bytes that a process has said. */
export function saidMemory({ said }: { readonly said: string }): number {
  return Math.max(0, ...[...said.matchAll(/^rss (\d+)$/gm)].map(([, rss]) => Number(rss)));
}
