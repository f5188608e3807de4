/** A short run of what `tests/support/cluster_chaos/main.ts` does for long; all of it with `TRELLIS_TEST_ALL_RUNS`. */
import { assertEquals } from "@std/assert";
import {
  type AnyShock,
  faultsOf,
  runClusterChaos,
} from "../../support/cluster_chaos/cluster_chaos.ts";

const isLong = Deno.env.get("TRELLIS_TEST_ALL_RUNS") !== undefined;
/** Namespaces, disks of their own and the clocks of processes are for root on Linux. */
const FOR_ROOT: readonly AnyShock[] = [
  "unplug",
  "mute",
  "deafen",
  "slow",
  "fill",
  "ahead",
  "behind",
];
const isRoot = Deno.build.os === "linux" && Deno.build.arch === "x86_64" && Deno.uid() === 0;
const LONG: readonly AnyShock[] = [
  ...Array<AnyShock>(50).fill("kill"),
  ...Array<AnyShock>(5).fill("meta"),
  ...Array<AnyShock>(5).fill("control"),
  ...Array<AnyShock>(5).fill("service"),
  ...Array<AnyShock>(5).fill("roll"),
  ...Array<AnyShock>(5).fill("freeze"),
  ...Array<AnyShock>(5).fill("cut"),
  ...(isRoot ? FOR_ROOT : []),
];

Deno.test("whatever happens to one of three secured servers, or to a control plane, no acknowledged write is lost and no call hangs", async () => {
  const report = await runClusterChaos({
    isSecured: true,
    shocks: isLong ? LONG : ["kill", "control"],
    askers: 2,
    calmMs: isLong ? 3000 : 500,
  });
  assertEquals(faultsOf(report), {});
  // A leader that is cut off or stands still does not know it; one that is killed says nothing.
  if (!isLong) assertEquals(report.staleReads, []);
});
