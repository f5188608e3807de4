/** Which jobs and operations are asked for. */
import { type PlantQueue, QUEUES } from "./plant.ts";

/** Jobs of a queue stand in line for so many keys. */
const KEYS = 12;

/** What is asked for: a job of a queue, or an operation. */
export interface Wanted {
  readonly queue: PlantQueue | "operation";
  readonly id: string;
  readonly payload: { readonly key: string; readonly n: number };
}

/** The part of one caller. Those of one key all stand in the part of one caller, in their order. */
export function wantedOf(
  { jobs, operations }: { readonly jobs: number; readonly operations: number },
  part: number,
  parts: number,
): Wanted[] {
  const wanted: Wanted[] = [];
  const every = Math.max(1, Math.floor(jobs / Math.max(1, operations)));
  let started = 0;
  for (let n = 0; n < jobs; n++) {
    const queue = QUEUES[n % QUEUES.length]!;
    const line = Math.floor(n / QUEUES.length) % KEYS;
    if (line % parts === part) {
      wanted.push({ queue, id: `j${n}`, payload: { key: `k${line}`, n } });
    }
    if (n % every === 0 && started < operations) {
      const id = `o${started++}`;
      if (started % parts === part) {
        wanted.push({ queue: "operation", id, payload: { key: id, n } });
      }
    }
  }
  return wanted;
}

/** The key of a job, as its payload says it. */
export function keyOf(id: string): string {
  return `k${Math.floor(Number(id.slice(1)) / QUEUES.length) % KEYS}`;
}
