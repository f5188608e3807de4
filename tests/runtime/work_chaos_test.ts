/** A short run of what `tests/support/chaos/main.ts` does for long. */
import { assertEquals } from "@std/assert";
import { runChaos } from "../support/chaos/chaos.ts";

Deno.test("whatever is killed, no job and no operation is lost, endless or out of its order", async () => {
  const { faults, kills, accepted, done } = await runChaos({
    jobs: 60,
    operations: 4,
    kills: 3,
    workers: 1,
    callers: 1,
    handlerMs: 30,
    callerMs: 30,
    apartMs: 300,
    limitMs: 90_000,
  });
  assertEquals(faults, {
    lost: [],
    repeated: [],
    disordered: [],
    endless: 0,
    dead: 0,
    crashed: [],
  });
  assertEquals(kills, { worker: 1, caller: 1, broker: 1 });
  assertEquals(done, accepted);
});
