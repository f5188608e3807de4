import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { isRunning } from "../../cli/nats_server/data_dir/process_state.ts";
import { PlainClient } from "../support/nats/plain_client.ts";
import { TrellisServer } from "../support/trellis_server.ts";
import { until } from "../support/until.ts";
import { quickShop } from "./support/quick_shop.ts";
import { RunningProject } from "./support/running_project.ts";
import { TempProject } from "./support/temp_project.ts";
import { startTrellisCommand } from "./support/trellis_command.ts";

const CONTRACT = "contracts/shop.ts";
const HANDLERS = "handlers/shop.ts";
const AUTHORITY = ["svc", "shop", "authority"];

/** Without the type checker, whose start takes longer than all else; one test has it. */
const words = ["dev", "--no-types"];

/** The title that `Shop.Add` answers. */
async function title(shop: RunningProject): Promise<string> {
  return (await shop.json<{ title: string }>(["call", "Shop.Add", '{"title":"as sent"}'])).title;
}

/** A shop whose `Shop.Add` answers "one" whatever it is sent. */
async function shopOne(): Promise<RunningProject> {
  const project = await TempProject.shop();
  await project.edit(
    HANDLERS,
    "const item = { ...input,",
    'const item = { ...input, title: "one",',
  );
  return await RunningProject.start(project, { words });
}

Deno.test("dev, as its project changes and stays in order", async (t) => {
  await using shop = await shopOne();
  await t.step(
    "dev tells NATS, the contract, its authority, its resources and its handlers",
    async () => {
      await shop.dev.until("try ");
      const { stdout, stderr } = shop.dev;
      assertEquals(stdout, "");
      assertMatch(stderr, /trellis dev \d+\.\d+\.\d+ {2}ready in [\d.]+ m?s/);
      assertMatch(stderr, /nats {4}2\.\d+\.\d+ {2}nats:\/\/127\.0\.0\.1:\d+ {2}started by Trellis/);
      assertMatch(stderr, /contract +authority +resources +handlers\n/);
      assertMatch(stderr, /shop@v1 +accepted, v1 +kv items +3 RPCs, handlers\/shop\.ts\n/);
      assert(!stderr.includes("\u001b"), stderr);
    },
  );

  await t.step(
    "a mistake in a contract leaves the old contract in force until it is mended",
    async () => {
      const { dev, project } = shop;
      const good = await project.read(CONTRACT);
      await project.edit(CONTRACT, 'ref.schema("NewItem")', 'ref.schema("Absent")');
      await dev.until("problem");
      await dev.until(CONTRACT);
      await dev.until('"Absent"');
      assertEquals(await title(shop), "one");
      const checked = await shop.trellis(["contract", "check", "--no-types"]);
      assertEquals(checked.code, 1);
      await project.write(CONTRACT, good);
      await dev.until("contracts are valid again");
      assertEquals(await title(shop), "one");
    },
  );

  await t.step("a contract that is removed stops its service and keeps its data", async () => {
    const count = async () =>
      (await shop.json<{ count: number }>(["call", "Shop.List", '{"limit":10}'])).count;
    await shop.json(["call", "Shop.Add", '{"title":"kept"}']);
    const kept = await count();
    const files = [CONTRACT, HANDLERS];
    const texts = await Promise.all(files.map((file) => shop.project.read(file)));
    await Promise.all(files.map((file) => Deno.remove(shop.project.path(file))));
    await shop.dev.until("shop stopped: its contract is gone; its data is kept");
    assert((await shop.trellis(["call", "Shop.List", '{"limit":10}'])).code !== 0);
    await Promise.all(files.map((file, i) => shop.project.write(file, texts[i] ?? "")));
    await shop.dev.until("shop live");
    assertEquals(await count(), kept);
  });

  await t.step("five reloads of a handler cost no request", async () => {
    await using client = await PlainClient.connect(
      (await shop.server()).url,
      await shop.platformKey(),
    );
    const seen: string[] = [];
    const failures: string[] = [];
    let goOn = true;
    const calling = (async () => {
      while (goOn) {
        try {
          const reply = await client.request("rpc.v1.Shop.Add.caller", '{"title":"sent"}');
          if (reply.error !== "") failures.push(reply.error);
          else seen.push(JSON.parse(reply.text).title);
        } catch (error) {
          failures.push(String(error));
        }
      }
    })();
    try {
      let before = "one";
      for (const after of ["two", "three", "four", "five", "six"]) {
        await shop.project.edit(HANDLERS, `title: "${before}"`, `title: "${after}"`);
        await until(
          () => seen.at(-1) === after || failures.length > 0,
          `${after} is live`,
          120_000,
        );
        before = after;
      }
    } finally {
      goOn = false;
      await calling;
    }
    assertEquals(failures, []);
    assertEquals([...new Set(seen)], ["one", "two", "three", "four", "five", "six"]);
  });
});

Deno.test("dev, as what its contract asks for is decided", async (t) => {
  await using shop = await RunningProject.shop({ words });
  const { dev, project } = shop;
  await t.step(
    "a safe change goes live by itself, a dangerous one waits for a person",
    async () => {
      const purpose = '{ purpose: "Store items"';
      await project.edit(CONTRACT, purpose, '{ history: 5, purpose: "Store items"');
      await dev.until("shop live");
      const history = async () => {
        const record = await shop.json<{
          desired: {
            version: number;
            needs: { resources: { kv: { items: { history: number } } } };
          };
        }>([...AUTHORITY, "show"]);
        return [record.desired.version, record.desired.needs.resources.kv.items.history];
      };
      assertEquals(await history(), [2, 5]);

      await project.edit(CONTRACT, "history: 5", "history: 2");
      await dev.until("shop waits for a decision: 1 dangerous change: kv.history.reduced");
      await dev.until("authority plan show ");
      assertEquals(await history(), [2, 5]);
      assertEquals(await title(shop), "as sent");
      const [plan] = await shop.json<{ id: string; kind: string }[]>([
        ...AUTHORITY,
        "plan",
        "list",
      ]);
      assert(plan !== undefined);
      assertEquals(plan.kind, "migration");
      assertStringIncludes(dev.stderr, `svc shop authority plan show ${plan.id}`);
      const shown = await shop.trellis([...AUTHORITY, "plan", "show", plan.id]);
      assertStringIncludes(shown.stdout, `accept-migration ${plan.id} --acknowledgement`);

      const tooLittle = await shop.trellis([...AUTHORITY, "accept-update", plan.id]);
      assertEquals(tooLittle.code, 3);
      const accepted = await shop.json<{ version: number; reconciled: boolean }>(
        [...AUTHORITY, "accept-migration", plan.id, "--acknowledgement", "old revisions may go"],
      );
      assertEquals([accepted.version, accepted.reconciled], [3, true]);
      await dev.until("shop reconciled at version 3");
      assertEquals(await history(), [3, 2]);
      assertEquals(await title(shop), "as sent");
      const again = await shop.trellis([...AUTHORITY, "reject", plan.id, "--reason", "too late"]);
      assertEquals(again.code, 6);
    },
  );

  await t.step(
    "code that a rollback takes back stops, and runs again when it is accepted again",
    async () => {
      const plan = await shop.json<{ id: string }>([...AUTHORITY, "rollback", "1"]);
      const accepted = await shop.json<{ version: number; reconciled: boolean }>(
        [...AUTHORITY, "accept-migration", plan.id, "--acknowledgement", "back to one revision"],
      );
      assertEquals([accepted.version, accepted.reconciled], [4, true]);
      await until(
        async () => (await shop.trellis(["call", "Shop.Add", '{"title":"a"}'])).code !== 0,
        "the code of version 3 has stopped",
      );
      await project.edit(CONTRACT, "history: 2", "history: 4");
      await dev.until("shop waits for a decision");
      const [next] = await shop.json<{ id: string }[]>([...AUTHORITY, "plan", "list"]);
      await shop.json([...AUTHORITY, "accept-update", next?.id ?? ""]);
      await until(
        async () => (await shop.trellis(["call", "Shop.Add", '{"title":"a"}'])).code === 0,
        "the code of version 5 runs",
      );
    },
  );

  await t.step(
    "what a person rejected is not asked for again until the contract changes",
    async () => {
      await project.edit(CONTRACT, "history: 4", "history: 2");
      await dev.until("waits for a decision");
      const [{ id = "" } = {}] = await shop.json<{ id?: string }[]>([...AUTHORITY, "plan", "list"]);
      assertEquals((await shop.trellis([...AUTHORITY, "reject", id, "--reason", "no"])).code, 0);
      await dev.until(`rejected what ${CONTRACT} asks for: no`);
      // The same text again.
      await project.write(CONTRACT, await project.read(CONTRACT));
      await dev.until(`rejected what ${CONTRACT} asks for: no`);
      assertEquals(
        await shop.json<unknown[]>([...AUTHORITY, "plan", "list", "--state", "pending"]),
        [],
      );
      await project.edit(CONTRACT, "history: 2", "history: 3");
      await dev.until("waits for a decision");
      await project.edit(CONTRACT, "history: 3", "history: 4");
      await dev.until("shop live");
    },
  );
});

Deno.test("start, as a service ends and a file is saved", async (t) => {
  const project = await TempProject.shop();
  await project.edit(HANDLERS, "...input,", '...input, title: "one",');
  await project.edit(
    HANDLERS,
    "const item =",
    'if (input.title === "end") Deno.exit(7);\n      const item =',
  );
  await using shop = await RunningProject.start(project, { words: ["start"] });
  await t.step(
    "a service whose handler ends its process is reported, and answers again",
    async () => {
      const ended = shop.trellis(["call", "Shop.Add", '{"title":"end"}']);
      await shop.dev.until("✗ shop  its code ends its process with exit code 7 at ");
      await shop.dev.until(HANDLERS);
      await shop.dev.until("✓ shop answers again");
      assertEquals(await title(shop), "one");
      assert((await ended).code !== 0);
    },
  );

  await t.step(
    "a service whose session is revoked gets another one, and answers again",
    async () => {
      const answers = () => shop.dev.stderr.split("✓ shop answers again").length;
      const before = answers();
      assertEquals((await shop.trellis(["sessions", "revoke", "service:shop"])).code, 0);
      await shop.dev.until("✗ shop  this session was revoked");
      await until(() => answers() > before, "it answers again");
      assertEquals(await title(shop), "one");
    },
  );

  await t.step("start runs what dev runs, and leaves changed files alone", async () => {
    assertStringIncludes(shop.dev.stderr, "trellis start ");
    await project.edit(HANDLERS, 'title: "one"', 'title: "two"');
    // A change of the authority comes behind the change of the file.
    assertEquals((await shop.trellis([...AUTHORITY, "reconcile"])).code, 0);
    assertEquals(await title(shop), "one");
    assert(!shop.dev.stderr.includes("live"));
  });

  await t.step("SIGTERM ends start as Ctrl-C does", async () => {
    const { pid } = await shop.server();
    shop.dev.signal("SIGTERM");
    assertEquals(await shop.dev.ended(), 0);
    assertEquals(await isRunning(pid), false);
  });
});

Deno.test("dev --json tells events, one a line, on standard output", async () => {
  await using project = await TempProject.shop();
  await using dev = startTrellisCommand([...words, "--json"], { cwd: project.dir });
  await dev.until('"event":"ready"', "stdout");
  await project.edit(HANDLERS, "...input,", "...input, ");
  await dev.until('"event":"reloaded"', "stdout");
  dev.signal();
  assertEquals(await dev.ended(), 0);
  const events = dev.stdout.trim().split("\n").map((line) => JSON.parse(line));
  const ready = events.find(({ event }) => event === "ready");
  assertEquals(ready.contracts[0].contract, "shop@v1");
  assertEquals(ready.contracts[0].buckets, { items: "svc_shop_items" });
  assertEquals(ready.contracts[0].running, true);
});

Deno.test("a save is live wherever the code lies: behind the import map, a link, or outside", async () => {
  const project = await TempProject.shop();
  await using outside = await TempProject.empty();
  await outside.write("linked/link.ts", 'export const LINK = "one";\n');
  await outside.write("out.ts", 'export const OUT = "one";\n');
  await Deno.symlink(outside.path("linked"), project.path("linked"));
  await project.write("lib/mapped.ts", 'export const MAPPED = "one";\n');
  const config = JSON.parse(await project.read("deno.json"));
  config.imports["~/"] = "./";
  await project.write("deno.json", JSON.stringify(config));
  await project.edit(HANDLERS, "...input,", "...input, title: `${MAPPED} ${LINK} ${OUT}`,");
  await project.write(
    HANDLERS,
    `import { MAPPED } from "~/lib/mapped.ts";
import { LINK } from "../linked/link.ts";
import { OUT } from "${outside.path("out.ts")}";
${await project.read(HANDLERS)}`,
  );
  await using shop = await RunningProject.start(project, { words, asTask: true });
  assertEquals(await title(shop), "one one one");
  await project.edit("lib/mapped.ts", "one", "two");
  await shop.dev.until("shop live lib/mapped.ts");
  await outside.edit("linked/link.ts", "one", "three");
  await shop.dev.until("shop live linked/link.ts");
  await outside.edit("out.ts", "one", "four");
  await shop.dev.until("out.ts  ");
  assertEquals(await title(shop), "two three four");
});

Deno.test("code that cannot run leaves the old code running, and is told where and why", async () => {
  await using shop = await RunningProject.start(await quickShop(), { asTask: true });
  const { dev, project } = shop;
  const good = await project.read(HANDLERS);
  const mistakes: readonly (readonly [string, string, readonly string[]])[] = [
    ["syntax", good.replace("const item = {", "const item = = {"), ["type errors", HANDLERS]],
    ["type", good.replace('title: "one"', "title: 1"), ["type errors", HANDLERS, "number"]],
    ["import", `${good}\nthrow new Error("at import");\n`, ["at import", "the code from before"]],
  ];
  for (const [what, text, said] of mistakes) {
    await project.write(HANDLERS, text);
    for (const part of said) await dev.until(part);
    assertEquals(await title(shop), "one", what);
    await project.write(HANDLERS, good);
    await dev.until("shop live");
  }
  assert(!dev.stderr.includes(`${project.dir}/${HANDLERS}:`));

  await project.edit(HANDLERS, 'title: "one"', 'title: "mended"');
  await dev.until("shop live");
  assertEquals(await title(shop), "mended");

  // Files that are new are checked before they serve for the first time, too.
  const asMart = (text: string) => text.replaceAll("Shop.", "Mart.").replaceAll("shop", "mart");
  const handlers = asMart(good);
  await project.write("contracts/mart.ts", asMart(await project.read(CONTRACT)));
  await dev.until("mart was accepted, as version 1; what serves it is missing: handlers/mart.ts");
  await project.write("handlers/mart.ts", handlers.replace('title: "one"', "title: 1"));
  await dev.until("handlers/mart.ts:");
  assert(!dev.stderr.includes("mart live"), dev.stderr);
  await project.write("handlers/mart.ts", handlers);
  await dev.until("mart live");
});

Deno.test("main.ts serves a contract that has no handlers file, and is reloaded", async () => {
  const project = await TempProject.shop();
  const handlers = await project.read(HANDLERS);
  await Deno.remove(project.path(HANDLERS));
  await Deno.remove(project.path("tests"), { recursive: true });
  await project.write(
    "main.ts",
    `import { ok, TrellisService } from "@qlever-llc/trellis";
import contract from "./contracts/shop.ts";

const service = await TrellisService.connect({ contract }).orThrow();
const item = { itemId: "i", title: "one", createdAt: "2030-01-02T03:04:05.000Z" };
service.handle.rpc.shop.add(() => ok(item));
service.handle.rpc.shop.get(() => ok(item));
service.handle.rpc.shop.list(() => ok({ entries: [item], count: 1, offset: 0, limit: 1 }));
await service.wait();
`,
  );
  await using shop = await RunningProject.start(project, { words });
  await shop.dev.until("3 RPCs, main.ts");
  assertEquals(await title(shop), "one");
  await project.edit("main.ts", 'title: "one"', 'title: "two"');
  await shop.dev.until("shop live");
  assertEquals(await title(shop), "two");
  await Deno.remove(project.path("main.ts"));
  await shop.dev.until("shop stopped: there is no file any more that serves its contract");
  await project.write(HANDLERS, handlers);
  await shop.dev.until("shop live");
  assertEquals(await title(shop), "as sent");
});

Deno.test("start runs a project that cannot be written, on a server that is named", async () => {
  await using server = await TrellisServer.start();
  const project = await TempProject.shop();
  await project.write(".trellis", "a file is in the way");
  await using shop = await RunningProject.start(project, {
    words: ["start", "--nats", server.url],
  });
  assertStringIncludes(shop.dev.stderr, "goes on without: ");
  assertStringIncludes(shop.dev.stderr, ".trellis/manifest.json cannot be written");
  assert(!shop.dev.stderr.includes("    at "));
  const env = { NATS_URL: server.url };
  assertEquals((await shop.trellis(["call", "Shop.Add", '{"title":"a"}'], { env })).code, 0);
});

Deno.test("start refuses a project in which nothing can be run", async () => {
  await using project = await TempProject.create({ "contracts/a.ts": "export const a = 1;\n" });
  await using started = startTrellisCommand(["start"], { cwd: project.dir });
  assertEquals(await started.ended(), 1);
  assertStringIncludes(started.stderr, "exports no contract");
  assertStringIncludes(started.stderr, "error: no contract in");
});

Deno.test("Ctrl-C during the start ends it, with all that it had started", async () => {
  await using project = await TempProject.shop();
  const contract = await project.read(CONTRACT);
  await project.write(CONTRACT, `while (true) { /* never done */ }\n${contract}`);
  await using dev = startTrellisCommand(["dev"], { cwd: project.dir });
  await until(async () => {
    const log = await Deno.readTextFile(project.path(".trellis/nats.log")).catch(() => "");
    return log.includes("Server is ready");
  }, "the server runs");
  dev.signal();
  assertEquals(await dev.ended(), 130);
  assert(!dev.stderr.includes("ready in"));
  assert(!dev.stderr.includes("unexpected"));
});

Deno.test("dev --review, as plans of a service and of a device wait", async (t) => {
  const project = await TempProject.shop();
  await project.write(
    "contracts/wall.ts",
    `import { defineDeviceContract } from "@qlever-llc/trellis";
export default defineDeviceContract({}, () => ({
  id: "wall@v1", displayName: "Wall", description: "Shows what happens.",
}));
`,
  );
  await using shop = await RunningProject.start(project, {
    words: ["dev", "--review", "--no-watch"],
  });

  await t.step("a plan can be decided only for the version that was looked at", async () => {
    const [plan] = await shop.json<{ id: string }[]>([...AUTHORITY, "plan", "list"]);
    const accept = [...AUTHORITY, "accept-update", plan?.id ?? "", "--expected-desired-version"];
    const stale = await shop.trellis([...accept, "4"]);
    assertEquals([stale.code, stale.stdout], [6, ""]);
    assertEquals((await shop.trellis([...accept, "0"])).code, 0);
    const unknown = await shop.trellis([
      ...[...AUTHORITY, "plan", "show"],
      "01JX4Q7Z8MA3B9C2D5E6F7G8H9",
    ]);
    assertEquals(unknown.code, 4);
  });

  await t.step(
    "what is accepted of a device's contract is reconciled, though no project runs it",
    async () => {
      assertEquals((await shop.trellis(["devices", "add", "wall@v1"])).code, 3);
      const authority = ["svc", "wall", "authority"];
      const [plan] = await shop.json<{ id: string }[]>([...authority, "plan", "list"]);
      const decided = await shop.json<{ reconciled: boolean }>(
        [...authority, "accept-update", plan?.id ?? ""],
      );
      assert(decided.reconciled);
    },
  );
});
