import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { RunningProject } from "./support/running_project.ts";
import { TempProject } from "./support/temp_project.ts";

const CONTRACT = `import { defineServiceContract } from "@qlever-llc/trellis";

export default defineServiceContract({}, () => ({
  id: "documents@v1",
  displayName: "Documents",
  description: "Keeps documents.",
  resources: { store: { uploads: { purpose: "Documents", ttlMs: 3600000 } } },
}));
`;

Deno.test("the policy of a project", async (t) => {
  const project = await TempProject.create({ "contracts/documents.ts": CONTRACT });
  await using running = await RunningProject.start(project, { words: ["start"] });
  await t.step("a limit that is none is refused before anything is changed", async () => {
    for (const given of ["0", "-1", "1.5", "many"]) {
      const refused = await running.trellis(["policy", "set", "--max-history", given]);
      assertEquals(refused.code, 2, given);
      assertStringIncludes(refused.stderr, "--max-history");
    }
    assertEquals(await running.json<object>(["policy", "show"]), {});
  });

  await t.step(
    "how no server keeps streams is refused, with the names that there are",
    async () => {
      const layouts = [["--cluster", "nowhere"], ["--tag", "ssd"], ["--replicas", "3"]];
      for (const layout of layouts) {
        const refused = await running.trellis(["policy", "set", ...layout]);
        assertEquals(refused.code, 1, refused.stderr);
        assertStringIncludes(refused.stderr, "it belongs to no cluster; servers have no tags");
      }
      assertEquals(await running.json<object>(["policy", "show"]), {});
      const unknown = await running.trellis(["svc", "nobody", "policy", "set", "--replicas", "1"]);
      assertEquals(unknown.code, 0, unknown.stderr);
      assertStringIncludes(unknown.stderr, "there is no deployment nobody yet");
      const taken = ["--replicas", "none", "--cluster", "none", "--tag", "none"];
      const none = await running.trellis(["svc", "nobody", "policy", "set", ...taken]);
      assertEquals(none.code, 0, none.stderr);
      assertEquals(await running.json<object>(["policy", "show"]), {});
    },
  );

  await t.step("a policy is set and shown, and deployments follow it when reconciled", async () => {
    const none = await running.trellis(["policy", "show"]);
    assertEquals(none.code, 0);
    assertMatch(none.stdout, /^an object +no limit$/m);
    const set = await running.trellis([
      ...["policy", "set", "--max-object-bytes", "1048576", "--max-ttl-ms", "60000"],
    ]);
    assertEquals(set.code, 0, set.stderr);
    assertMatch(set.stdout, /^an object +at most 1(\.0)? MiB$/m);
    const reconciled = await running.trellis(["svc", "documents", "authority", "reconcile"]);
    assertEquals(reconciled.code, 0, reconciled.stderr);
    const info = await running.json<{ maxObjectBytes: number; ttlMs: number }>(
      ["store", "info", "documents", "uploads"],
    );
    assertEquals([info.maxObjectBytes, info.ttlMs], [1048576, 60000]);
    const policy = await running.json<object>(["policy", "set", "--max-object-bytes", "none"]);
    assertEquals(policy, { maxTtlMs: 60000 });
  });
});
