import { join } from "node:path";
import { fileURLToPath } from "node:url";
import {
  assert,
  assertEquals,
  assertFalse,
  assertMatch,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import { startTrellis } from "../testing/start_trellis.ts";
import { until } from "../../tests/support/until.ts";
import { Supervisor } from "./supervisor.ts";
import { workerSettings } from "./worker_settings.ts";
import contract from "./testdata/ending_contract.ts";
import type { WorkerFailure } from "./worker_protocol.ts";

const TESTDATA = fileURLToPath(new URL("./testdata/", import.meta.url));
const HANDLERS = new URL("./testdata/ending_handlers.ts", import.meta.url);

Deno.test("a service that ends by itself is reported with the reason, and started again", async (t) => {
  await using trellis = await startTrellis({ contracts: [contract] });
  const { rpc: { ending } } = await trellis.client(contract);
  const failures: { failure: WorkerFailure; oldCodeRuns: boolean; retryMs?: number }[] = [];
  let restarts = 0;
  const settings = await workerSettings({ root: TESTDATA, stateDir: join(TESTDATA, ".trellis") });
  const supervisor = new Supervisor({
    failed(_, failure, oldCodeRuns, retryMs = 0) {
      failures.push({ failure, oldCodeRuns, retryMs });
    },
    restarted: () => restarts += 1,
  }, {
    settings,
    heapMb: 64,
    drainMs: 200,
    openSession: () => trellis.openSession(contract),
  });
  const run = (module: URL) =>
    supervisor.run("ending", {
      style: "handlers",
      module: module.href,
      servers: trellis.servers,
      deployment: "ending",
      digest: contract.digest,
    });
  const isAnswered = async () => (await ending.ask({ how: "" }, { timeoutMs: 500 })).isOk();
  try {
    assert(await run(HANDLERS));
    const ways: readonly (readonly [string, RegExp, string])[] = [
      ["Deno.exit", /exit code 7 at .*ending_handlers\.ts:23:\d+$/, "exited"],
      ["process.exit", /exit code 8 at .*ending_handlers\.ts:24:\d+$/, "exited"],
      ["close", /closes its worker at .*ending_handlers\.ts:25:\d+$/, "exited"],
      ["throw", /thrown behind its back/, "undefined"],
      ["memory", /ran out of memory: .* 64 MiB/, "out_of_memory"],
    ];
    await t.step(
      "it reads and connects, but knows no keys, writes nothing and starts nothing",
      async () => {
        const told = async (how: string) => (await ending.ask({ how })).orThrow().how;
        assertEquals(await told(HANDLERS.href), "done");
        for (const how of [new URL("./.trellis/keys", HANDLERS).href, "write", "run"]) {
          assertStringIncludes(await told(how), "NotCapable");
        }
      },
    );

    await t.step("code that loops is ended when it is to stop", async () => {
      const pid = Number((await ending.ask({ how: "pid" })).orThrow().how);
      Deno.kill(pid, "SIGCONT");
      assert((await ending.ask({ how: "loop" }, { timeoutMs: 200 })).isErr());
      await supervisor.stop("ending");
      assertThrows(() => Deno.kill(pid, "SIGCONT"));
      assert(await run(HANDLERS));
    });

    for (const [how, message, code] of ways) {
      await t.step(how, async () => {
        const before = failures.length;
        const restartsBefore = restarts;
        const call = ending.ask({ how }, { timeoutMs: 500 });
        await until(() => failures.length > before, "the failure is reported");
        const { failure, oldCodeRuns, retryMs = 0 } = failures[before]!;
        assertMatch(failure.message, message);
        assertEquals([String(failure.code), oldCodeRuns], [code, false]);
        assert(retryMs > 0);
        await call;
        // The pauses between starts grow: waiting for the first is enough.
        if (how === "Deno.exit") {
          await until(() => restarts > restartsBefore, "it is started again");
        } else assert(await run(HANDLERS));
        await until(isAnswered, "it answers again");
      });
    }

    await t.step(
      "replacing it by code that ends while it is loaded leaves it running",
      async () => {
        const absent = new URL("?marker=/does/not/exist", HANDLERS);
        assertEquals(await run(absent), false);
        const { failure, oldCodeRuns } = failures.at(-1)!;
        assertMatch(failure.message, /exit code 3 at .*ending_handlers\.ts:7:\d+$/);
        assert(oldCodeRuns);
        assertFalse(supervisor.isPostponed("ending"));
        assert(await isAnswered());
      },
    );

    await t.step("code that cannot start for a reason that passes is postponed", async () => {
      supervisor.configure({ ...settings, config: "/does/not/exist" });
      const before = failures.length;
      for (const _ of ["first", "again"]) {
        assertEquals(await run(HANDLERS), false);
        assert(supervisor.isPostponed("ending"));
      }
      supervisor.configure(settings);
      // The same failure again is no news.
      assertEquals(failures.length, before + 1);
      const { failure, oldCodeRuns } = failures.at(-1)!;
      assertStringIncludes(failure.message, "exit code 1 and has not said why");
      assert(oldCodeRuns);
      assert(await isAnswered());
    });

    await t.step(
      "code that ends while it is loaded is tried again, and reported once",
      async () => {
        const dir = await Deno.makeTempDir({ prefix: "trellis-supervisor-" });
        const marker = join(dir, "marker");
        await supervisor.stop("ending");
        const before = failures.length;
        const restartsBefore = restarts;
        assertEquals(await run(new URL(`?marker=${marker}`, HANDLERS)), false);
        assertEquals(supervisor.digestOf("ending"), contract.digest);
        await until(() => restarts > restartsBefore || failures.length > before, "a retry");
        await Deno.writeTextFile(marker, "");
        await until(() => restarts > restartsBefore, "it is live");
        assertEquals(failures.length, before + 1);
        assertStringIncludes(failures.at(-1)!.failure.message, "exit code 3");
        assert(await isAnswered());
        await Deno.remove(dir, { recursive: true });
      },
    );
  } finally {
    await supervisor.stopAll(500);
  }
});
