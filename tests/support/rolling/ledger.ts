/** What the load was told: one line of JSON each. */
export interface Entry {
  /** When, ISO 8601. */
  readonly at: string;
  /** A kind of work that was acknowledged, or `ready`, `settled`, `failed`, `lost`. */
  readonly what: string;
  readonly key?: string;
  readonly why?: string;
  readonly code?: string;
}

/** Reads what was written so far; the last line may be cut. */
export function readEntries(path: string): readonly Entry[] {
  const lines = Deno.readTextFileSync(path).split("\n");
  return lines.slice(0, -1).map((line): Entry => JSON.parse(line));
}
