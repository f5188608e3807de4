const LONGEST_MS = 30_000;

/** Tries again, with a pause of a millisecond, until it is true; throws after half a minute. */
export async function until(what: string, isSo: () => Promise<boolean>): Promise<void> {
  const end = performance.now() + LONGEST_MS;
  while (!await isSo()) {
    if (performance.now() > end) throw new Error(`waited for half a minute until ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}
