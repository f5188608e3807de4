import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { RawBuckets } from "../support/nats/raw_buckets.ts";
import { shared } from "../support/shared.ts";
import { TempProject } from "./support/temp_project.ts";
import { RunningProject } from "./support/running_project.ts";
import { startTrellisCommand, trellis, trellisProcess } from "./support/trellis_command.ts";

interface Item {
  readonly itemId: string;
  readonly title: string;
  readonly createdAt: string;
}

/**
 * A shop with a bucket for each test that writes: `items` for the one that calls RPCs. An item of the name
 * `never` is waited for without end.
 */
const started = shared(async () => {
  const project = await TempProject.shop();
  const items = 'items: { purpose: "Store items", schema: ref.schema("Item") },';
  const others = ["followed", "mixed", "repaired"].map((name) => items.replace("items", name));
  await project.edit("contracts/shop.ts", items, [items, ...others].join("\n"));
  const begin = '"Shop.Get": async ({ input, client }) => {';
  const wait = 'if (input.itemId === "never") await new Promise(() => {});';
  await project.edit("handlers/shop.ts", begin, begin + wait);
  return await RunningProject.start(project, { words: ["start"] });
});

const item = (itemId: string): Item => ({
  itemId,
  title: "a title",
  createdAt: "2030-01-02T03:04:05.000Z",
});

Deno.test("call takes its input from the command line, a file or standard input", async () => {
  const shop = await started();
  const plain = await shop.trellis(["call", "Shop.Add", '{"title":"plain"}']);
  assertEquals([plain.code, plain.stderr], [0, ""]);
  const added: Item = JSON.parse(plain.stdout);
  assertEquals(added.title, "plain");
  const got = await shop.json<Item>(["call", "Shop.Get", JSON.stringify({ itemId: added.itemId })]);
  assertEquals(got, added);

  const cwd = shop.project.dir;
  const stdin = '{"title":"piped"}';
  const piped = await trellisProcess(["call", "Shop.Add", "-"], { cwd, stdin });
  assertEquals([piped.code, JSON.parse(piped.stdout).title], [0, "piped"]);
  await shop.project.write("item.json", '{"title":"from a file"}');
  const read = await shop.json<Item>(["call", "Shop.Add", "@item.json"]);
  assertEquals(read.title, "from a file");
  const page = await shop.json<{ count: number }>(["call", "Shop.List", '{"limit":10}']);
  assertEquals(page.count, 3);
});

Deno.test("a call that fails says why, on standard error alone, with an exit code of its own", async () => {
  const shop = await started();
  // As another encoding than UTF-8 writes it.
  const latin = Uint8Array.from('{"title":"M\u00fcller"}', (letter) => letter.charCodeAt(0));
  await Deno.writeFile(shop.project.path("latin.json"), latin);
  const cases: readonly (readonly [readonly string[], number, string, string])[] = [
    [["Shop.Get", '{"itemId":"x"}'], 1, "ItemNotFoundError", "there is no item x"],
    [["Shop.Add", '{"title":""}'], 1, "ValidationError", "/title"],
    [["Shop.Gett", "{}"], 4, "rpc_not_found", "did you mean Shop.Get?"],
    [["Shop.Add", "@nowhere.json"], 4, "not_found", "nowhere.json"],
    [["Shop.Add", "@latin.json"], 1, "unreadable", "latin.json cannot be read: it is not UTF-8"],
    [["Shop.Add", "-"], 1, "not_json", "standard input: the text is not JSON"],
  ];
  for (const [words, exit, errorCode, part] of cases) {
    const plain = await shop.trellis(["call", ...words], { stdin: "{" });
    assertEquals([plain.code, plain.stdout], [exit, ""], words.join(" "));
    assertStringIncludes(plain.stderr, part);
    const json = await shop.trellis(["call", ...words, "--json"], { stdin: "{" });
    assertEquals([json.code, json.stdout], [exit, ""]);
    assertEquals(JSON.parse(json.stderr).error.code, errorCode);
  }
  const usage = await shop.trellis(["call", "Shop.Add", "{title:1}"]);
  assertEquals([usage.code, usage.stdout], [2, ""]);
  assertStringIncludes(usage.stderr, "is not JSON");
});

Deno.test("watch shows requests as they are answered, and who asked", async () => {
  const shop = await started();
  const cwd = shop.project.dir;
  await using watching = startTrellisCommand(["watch", "shop", "--errors", "--json"], { cwd });
  // Nothing is reported before somebody watches.
  do await shop.trellis(["call", "Shop.Get", '{"itemId":"x"}']); while (watching.stdout === "");
  watching.signal();
  assertEquals(await watching.ended(), 130);
  const [line = ""] = watching.stdout.split("\n");
  const { kind, deployment, rpc, code, caller } = JSON.parse(line);
  assertEquals([kind, deployment, rpc, code], ["request", "shop", "Shop.Get", "ItemNotFoundError"]);
  assertMatch(caller, /^o-local-/);
  assertEquals(watching.stdout.includes("itemId"), false);
});

Deno.test("top shows what was requested between two looks, until it is interrupted", async () => {
  const shop = await started();
  const words = ["top", "shop", "--json", "--interval", "1s"];
  await using top = startTrellisCommand(words, { cwd: shop.project.dir });
  const requested = () =>
    top.stdout.split("\n").slice(0, -1).map((line) => JSON.parse(line).deployments[0])
      .flatMap(({ rpcs }) => rpcs)
      .find(({ rpc, perSecond }) => rpc === "Shop.Get" && perSecond > 0);
  do await shop.trellis(["call", "Shop.Get", '{"itemId":"x"}']); while (requested() === undefined);
  top.signal();
  assertEquals(await top.ended(), 130);
  // Each of them was answered with an error.
  const { perSecond, errorsPerSecond, p99Ms } = requested();
  assertEquals(perSecond, errorsPerSecond);
  assert(p99Ms > 0);

  const unknown = await shop.trellis(["top", "nosuch", "--count", "1"]);
  assertEquals(unknown.code, 4, unknown.stderr);
});

Deno.test("a call gives up when its time is over", async () => {
  const shop = await started();
  const words = ["call", "Shop.Get", '{"itemId":"never"}', "--timeout=200"];
  const { code, stderr } = await shop.trellis(words);
  assertEquals(code, 1);
  assertStringIncludes(stderr, "Shop.Get");
  assertStringIncludes(stderr, "200 ms");
});

Deno.test("kv reads, writes, lists and follows what the schema allows", async () => {
  const shop = await started();
  await using watching = startTrellisCommand(["kv", "watch", "shop", "followed", "--json"], {
    cwd: shop.project.dir,
  });
  const put = await shop.trellis(
    ["kv", "put", "shop", "followed", "i-1", JSON.stringify(item("i-1"))],
  );
  assertEquals([put.code, put.stdout, put.stderr], [0, "i-1 has revision 1\n", ""]);
  await watching.until('"i-1"', "stdout");
  const got = await shop.trellis(["kv", "get", "shop", "followed", "i-1"]);
  assertEquals(JSON.parse(got.stdout), item("i-1"));
  const entry = await shop.json<{ revision: string; value: Item }>(
    ["kv", "get", "shop", "followed", "i-1"],
  );
  assertEquals([entry.revision, entry.value], ["1", item("i-1")]);

  const again = ["kv", "put", "shop", "followed", "i-1", JSON.stringify(item("i-1"))];
  const stale = await shop.trellis([...again, "--expected-revision", "7"]);
  assertEquals([stale.code, stale.stdout], [6, ""]);
  const fresh = await shop.json<{ revision: string }>([...again, "--expected-revision", "1"]);
  assertEquals(fresh.revision, "2");
  const wrong = await shop.trellis(["kv", "put", "shop", "followed", "i-2", '{"itemId":1}']);
  assertEquals(wrong.code, 1);
  assertStringIncludes(wrong.stderr, "/title is required");
  await shop.json(["kv", "put", "shop", "followed", "i-3", JSON.stringify(item("i-3"))]);

  const page = await shop.json<{ count: number; entries: { key: string }[] }>(
    ["kv", "ls", "shop", "followed", "--limit", "1"],
  );
  assertEquals([page.count, page.entries.map(({ key }) => key)], [2, ["i-1"]]);
  const listed = await shop.trellis(["kv", "ls", "shop", "followed"]);
  assertMatch(listed.stdout, /^key +revision +value\ni-1 +2 +\{.*\ni-3 +3 +\{/);
  assertEquals((await shop.trellis(["kv", "get", "shop", "followed", "i-9"])).code, 4);
  assertEquals((await shop.trellis(["kv", "ls", "shop", "nothing"])).code, 4);
  assertEquals((await shop.trellis(["kv", "ls", "absent", "items"])).code, 4);

  await watching.until('"i-3"', "stdout");
  watching.signal();
  assertEquals(await watching.ended(), 130);
  for (const line of watching.stdout.trim().split("\n")) JSON.parse(line);
});

Deno.test("kv ls marks the values that do not fit, and lists the others", async () => {
  const shop = await started();
  const { connection } = await shop.connect();
  try {
    const raw = new RawBuckets(connection);
    for (const id of ["i-1", "i-3", "i-4"]) {
      await raw.put("svc_shop_mixed", id, JSON.stringify(item(id)));
    }
    await raw.put("svc_shop_mixed", "i-2", JSON.stringify({ ...item("i-2"), title: 1 }));
    await raw.put("svc_shop_mixed", "i-5", "no JSON");
  } finally {
    await connection.close();
  }
  const listed = await shop.trellis(["kv", "ls", "shop", "mixed"]);
  assertEquals(listed.code, 0);
  const rows = listed.stdout.trim().split("\n");
  assertEquals(rows.map((row) => row.split(" ")[0]), ["key", "i-1", "i-2", "i-3", "i-4", "i-5"]);
  assertMatch(rows[2] ?? "", /^i-2 +4 +does not fit the schema: \/title must be string$/);
  assertMatch(rows[5] ?? "", /^i-5 +5 +does not fit the schema: it is not JSON$/);
  assertStringIncludes(listed.stderr, "2 values do not fit the schema");
  const page = await shop.json<
    { count: number; nextOffset: number; entries: { key: string; error?: { code: string } }[] }
  >(["kv", "ls", "shop", "mixed", "--offset", "1", "--limit", "2"]);
  assertEquals([page.count, page.nextOffset], [5, 3]);
  assertEquals(page.entries.map(({ key, error }) => [key, error?.code]), [
    ["i-2", "corrupt_value"],
    ["i-3", undefined],
  ]);
});

Deno.test("a value that does not fit is shown as it is stored, repaired, or deleted", async () => {
  const shop = await started();
  const { connection } = await shop.connect();
  const place = ["shop", "repaired", "i-9"];
  const stored = '{ "itemId": "i-9" ,"n": 9007199254740993 }';
  try {
    await new RawBuckets(connection).put("svc_shop_repaired", "i-9", stored);
    await new RawBuckets(connection).put("svc_shop_repaired", "i-8", new Uint8Array([0xff, 0x00]));
  } finally {
    await connection.close();
  }
  const refused = await shop.trellis(["kv", "get", ...place]);
  assertEquals([refused.code, refused.stdout], [1, ""]);
  const advice = "deno task trellis kv get shop repaired i-9 --raw";
  assertStringIncludes(refused.stderr, advice);
  const raw = await shop.trellis(["kv", "get", ...place, "--raw"]);
  assertEquals([raw.code, raw.stdout, raw.stderr], [0, stored, ""]);
  const json = await shop.json<{ key: string; text: string }>(["kv", "get", ...place, "--raw"]);
  assertEquals([json.key, json.text], ["i-9", stored]);
  const bytes = await shop.json<{ base64: string }>([
    "kv",
    "get",
    "shop",
    "repaired",
    "i-8",
    "--raw",
  ]);
  assertEquals(bytes.base64, "/wA=");
  assertEquals((await shop.trellis(["kv", "rm", "shop", "repaired", "i-8"])).code, 0);

  const put = await shop.json<{ revision: string }>(
    ["kv", "put", ...place, JSON.stringify(item("i-9"))],
  );
  const history = await shop.json<{ revision: string; error?: { code: string } }[]>(
    ["kv", "history", ...place],
  );
  assertEquals(history.at(-1)?.revision, put.revision);
  const stale = await shop.trellis(["kv", "rm", ...place, "--expected-revision", "1"]);
  assertEquals([stale.code, stale.stdout], [6, ""]);
  const removed = await shop.trellis(["kv", "rm", ...place, "--expected-revision", put.revision]);
  assertEquals([removed.code, removed.stdout, removed.stderr], [0, "removed i-9\n", ""]);
  for (const words of [["get"], ["get", "--raw"], ["rm"]]) {
    const gone = await shop.trellis(["kv", ...words, ...place]);
    assertEquals([gone.code, gone.stdout], [4, ""], words.join(" "));
  }
  const text = (await shop.trellis(["kv", "history", ...place])).stdout;
  assertMatch(text, /^revision +written +value\n(?:.*\n)* *\d+ +\S+ +deleted\n$/);
  assertEquals((await shop.trellis(["kv", "history", "shop", "repaired", "never"])).code, 4);
  const offered = await shop.trellis(["__complete", "bash", "trellis kv rm shop repaired "]);
  assertEquals(offered.stdout.includes("i-9"), false);
  // Who changed what is recorded, and what was refused is not.
  const told = await shop.json<{ kind: string; by: string; subject: string; text: string }[]>(
    ["audit", "--kind", "kv"],
  );
  const here = told.filter(({ text }) => text.startsWith("kv/repaired"));
  assertEquals(here.map(({ kind, subject, text }) => `${kind} ${subject} ${text}`), [
    "kv.deleted shop kv/repaired i-8 revision 2",
    "kv.written shop kv/repaired i-9 revision 1",
    `kv.deleted shop kv/repaired i-9 revision ${put.revision}`,
  ]);
  assert(here.every(({ by }) => by !== ""));
});

Deno.test("numbers that JavaScript would change are refused from everywhere", async () => {
  const shop = await started();
  const exact = '{"title":"a","n":9007199254740993}';
  for (const [words, stdin] of [[["-"], exact], [[exact], ""], [["-"], '{"a":1,"a":2}']] as const) {
    for (const command of [["call", "Shop.Add"], ["kv", "put", "shop", "items", "i-1"]]) {
      const { code, stdout, stderr } = await shop.trellis([...command, ...words], { stdin });
      assertEquals([code > 0, stdout], [true, ""]);
      assertMatch(stderr, /would be changed|is there twice/);
    }
  }
});

Deno.test("status shows what runs, and completion offers it", async () => {
  const shop = await started();
  const status = await shop.trellis(["status"]);
  assertEquals([status.code, status.stderr], [0, ""]);
  assertMatch(status.stdout, /shop +shop@v1 +1 +reconciled +1/);
  const { nats, deployments } = await shop.json<{ nats: string; deployments: unknown[] }>(
    ["status"],
  );
  assertEquals(nats, (await shop.server()).url);
  assertEquals(deployments, [{
    deployment: "shop",
    contract: "shop@v1",
    version: 1,
    state: "reconciled",
    running: 1,
    deadLetters: 0,
    groups: [],
    queues: [],
    files: null,
    pendingPlan: null,
  }]);
  const offered = async (line: string) =>
    (await shop.trellis(["__complete", "bash", `trellis ${line}`])).stdout;
  assertStringIncludes(await offered("call Shop."), "Shop.Get");
  assertStringIncludes(await offered("kv ls "), "shop");
  assertStringIncludes(await offered("kv ls shop "), "items");
  assertStringIncludes((await shop.trellis(["completion", "bash"])).stdout, "__complete");
});

Deno.test("authority commands show what was accepted, by whom, and why", async () => {
  const shop = await started();
  const authority = ["svc", "shop", "authority"];
  const record = await shop.json<{ deployment: string; desired: { version: number } }>(
    [...authority, "show"],
  );
  assertEquals([record.deployment, record.desired.version], ["shop", 1]);
  const [decision] = await shop.json<{ outcome: string; planId: string }[]>(
    [...authority, "history"],
  );
  assertEquals(decision?.outcome, "accepted");
  const plans = await shop.json<{ id: string }[]>(
    [...authority, "plan", "list", "--state", "all"],
  );
  assertEquals(plans.map(({ id }) => id), [decision?.planId ?? ""]);
  const reconciled = await shop.json<{ state: string }>([...authority, "reconcile"]);
  assertEquals(reconciled.state, "reconciled");
  for (const words of [["show"], ["history"], ["plan", "list"], ["reconcile"]]) {
    const { code, stdout } = await shop.trellis([...authority, ...words]);
    assertEquals(code, 0);
    assert(stdout.length > 0 && !stdout.includes("\u001b"));
    const absent = await shop.trellis(["svc", "absent", "authority", ...words, "--json"]);
    assertEquals([absent.code, absent.stdout], [4, ""]);
    JSON.parse(absent.stderr);
  }
});

Deno.test("without NATS every command that needs it says so, with a hint", async () => {
  const env = { NATS_URL: "nats://127.0.0.1:4" };
  const commands: readonly (readonly string[])[] = [
    ["status"],
    ["call", "Shop.Get"],
    ["kv", "ls", "shop", "items"],
    ["svc", "shop", "authority", "plan", "list"],
    ["start", "--log-format", "text"],
    ["dev"],
  ];
  for (const words of commands) {
    const run = ["status", "start", "dev"].includes(words[0] ?? "") ? trellisProcess : trellis;
    const { code, stdout, stderr } = await run(words, { env });
    assertEquals([code, stdout], [5, ""], words.join(" "));
    assertMatch(stderr, /^error: .*127\.0\.0\.1:4.*\n {2}\w/, words.join(" "));
  }
  const json = await trellis(["status", "--json"], { env });
  const { error } = JSON.parse(json.stderr);
  assert(error.code && error.message && error.hint);
  const none = await trellis(["status"], { env: { TRELLIS_NATS_PORT: "4" } });
  assertEquals(none.code, 5);
  assertStringIncludes(none.stderr, "127.0.0.1:4");
  const bad = await trellis(["status"], { env: { TRELLIS_NATS_PORT: "any" } });
  assertEquals([bad.code, bad.stdout], [2, ""]);
});

Deno.test("colours come with a wish for them, and never against one", async () => {
  const failing = ["status", "--nats", "nats://127.0.0.1:4"];
  const coloured = await trellisProcess(failing, { env: { FORCE_COLOR: "1" } });
  assertStringIncludes(coloured.stderr, "\u001b[31m");
  const plain: Record<string, string>[] = [{ NO_COLOR: "1", FORCE_COLOR: "1" }, {}];
  for (const env of plain) {
    assert(!(await trellisProcess(failing, { env })).stderr.includes("\u001b"));
  }
  const refused = await trellisProcess([...failing, "--no-color"], { env: { FORCE_COLOR: "1" } });
  assert(!refused.stderr.includes("\u001b"));
});
