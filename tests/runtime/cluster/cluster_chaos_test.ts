/** A short run of what `tests/support/cluster_chaos/main.ts` does for long; all of it with `TRELLIS_TEST_ALL_RUNS`. */
import { assertEquals } from "@std/assert";
import { runClusterChaos } from "../../support/cluster_chaos/cluster_chaos.ts";
import type { Shock } from "../../support/cluster_chaos/shocks.ts";

const isLong = Deno.env.get("TRELLIS_TEST_ALL_RUNS") !== undefined;
/** Namespaces, disks of their own and the clocks of processes are for root on Linux. */
const FOR_ROOT: readonly Shock[] = ["unplug", "mute", "deafen", "slow", "fill", "ahead", "behind"];
const isRoot = Deno.build.os === "linux" && Deno.build.arch === "x86_64" && Deno.uid() === 0;
const LONG: readonly Shock[] = [
  ...Array<Shock>(50).fill("kill"),
  ...Array<Shock>(5).fill("roll"),
  ...Array<Shock>(5).fill("freeze"),
  ...Array<Shock>(5).fill("cut"),
  ...(isRoot ? FOR_ROOT : []),
];

Deno.test("whatever happens to one of three servers, no acknowledged write is lost and no call hangs", async () => {
  const { faults, staleReads } = await runClusterChaos({
    shocks: isLong ? LONG : ["kill", "kill"],
    askers: 2,
    calmMs: isLong ? 3000 : 500,
  });
  assertEquals(faults, {
    violations: [],
    lost: {
      event: [],
      transact: [],
      job: [],
      "kept job": [],
      operation: [],
      create: [],
      booked: [],
      "store put": [],
    },
    sameRevision: [],
    hung: [],
  });
  // A leader that is cut off or stands still does not know it; one that is killed says nothing.
  if (!isLong) assertEquals(staleReads, []);
});
