/** A short run of what `tests/support/chaos/main.ts` does for long. */
import { assert, assertEquals } from "@std/assert";
import { runChaos } from "../support/chaos/chaos.ts";

Deno.test("whatever is killed, no job and no operation is lost, endless or out of its order", async () => {
  const { faults, kills, accepted, done } = await runChaos({
    jobs: 60,
    operations: 4,
    kills: 3,
    workers: 1,
    callers: 1,
    handlerMs: 30,
    callerMs: 80,
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
  // The broker is the last in turn, and the work may be done before.
  assert(kills.worker > 0 && kills.caller > 0);
  assertEquals(done, accepted);
});
