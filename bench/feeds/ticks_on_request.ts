import { setTimeout as delay } from "node:timers/promises";
import { cpuUsage } from "node:process";
import { linesOf } from "../measure/lines.ts";

/** So many ticks at equal distances. */
export interface Ticking {
  readonly ticks: number;
  readonly everyMs: number;
}

/**
 * Makes the process tick as each line of its input says, and answers with the microseconds of the processor that it
 * took.
 */
export async function tickOnRequest(tick: (at: number) => void): Promise<void> {
  console.log(JSON.stringify({ ready: true }));
  for await (const line of linesOf(Deno.stdin.readable)) {
    // Written by the process that started this one.
    const { ticks, everyMs } = JSON.parse(line) as Ticking;
    const before = cpuUsage();
    for (let n = 0; n < ticks; n++) {
      tick(timeNow());
      await delay(everyMs);
    }
    const { user, system } = cpuUsage(before);
    console.log(JSON.stringify({ cpuUs: user + system }));
  }
}

/** The time in milliseconds, the same in all processes of a machine. */
export function timeNow(): number {
  return performance.timeOrigin + performance.now();
}
