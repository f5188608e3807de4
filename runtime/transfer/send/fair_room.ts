/** A file that is on its way, as far as it has come. */
export interface ComingChunks {
  /** Whose it is, as `user:ada`. */
  readonly owner: string;
  /** When it was asked for, ISO 8601 in UTC. */
  readonly since: string;
  /** How many of its chunks have come; each counts as a full one. */
  readonly chunks: number;
}

/**
 * The files that give way where others find the room full: of whoever has more than half of it, the newest, until that
 * is half. The oldest stays, so that whoever has several gets one through after the other. What gives way is sent again.
 *
 * @param asking who has found it full; nobody's files give way for their own
 */
export function filesToGiveWay<F extends ComingChunks>(
  files: readonly F[],
  asking: ReadonlySet<string>,
): readonly F[] {
  const half = chunksOf(files) / 2;
  for (const [owner, own] of Map.groupBy(files, ({ owner }) => owner)) {
    let left = chunksOf(own);
    if (left <= half || asking.size === 0 || asking.size === 1 && asking.has(owner)) continue;
    const [, ...newer] = own.toSorted((a, b) => a.since.localeCompare(b.since));
    const giving: F[] = [];
    for (const file of newer.reverse()) {
      if (left <= half) break;
      giving.push(file);
      left -= file.chunks;
    }
    return giving;
  }
  return [];
}

function chunksOf(files: readonly ComingChunks[]): number {
  return files.reduce((sum, { chunks }) => sum + chunks, 0);
}
