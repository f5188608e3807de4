import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { isRunning } from "../../cli/nats_server/data_dir/process_state.ts";
import notes from "../../examples/notes/contracts/notes.ts";
import { TrellisClient } from "../../mod.ts";
import { TrellisServer } from "../support/trellis_server.ts";
import { until } from "../support/until.ts";
import { quickShop } from "./support/quick_shop.ts";
import { RunningProject } from "./support/running_project.ts";
import { TempProject } from "./support/temp_project.ts";
import { startTrellisCommand, trellisProcess } from "./support/trellis_command.ts";

/** A listener on a free port that greets every client with the same text. */
function greeter(text: string): { readonly port: number } & Disposable {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const connections: Deno.Conn[] = [];
  (async () => {
    for await (const connection of listener) {
      connections.push(connection);
      await connection.write(new TextEncoder().encode(text)).catch(() => {});
    }
  })();
  return {
    port: listener.addr.port,
    [Symbol.dispose]() {
      listener.close();
      for (const connection of connections) connection.close();
    },
  };
}

/** A port on which nothing listens. */
function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}

/** What a process has started that still runs. */
async function childrenOf(pid: number): Promise<readonly number[]> {
  const { stdout } = await new Deno.Command("ps", { args: ["-eo", "pid=,ppid="] }).output();
  return new TextDecoder().decode(stdout).trim().split("\n")
    .map((line) => line.trim().split(/\s+/).map(Number))
    .flatMap(([child = 0, parent]) => parent === pid ? [child] : []);
}

/** Which of the processes still run. */
async function survivors(pids: readonly number[]): Promise<readonly number[]> {
  const running = await Promise.all(pids.map(isRunning));
  return pids.filter((_, index) => running[index]);
}

/** An example of an app. */
const NOTES = new URL("../../examples/notes/", import.meta.url);

/** Without the type checker, whose start takes long on a small machine. */
const UNWATCHED = ["dev", "--no-watch"];

Deno.test("dev takes another port than the usual one, where something else has that, and Ctrl-C ends it with 0 and leaves no process behind", async () => {
  using other = greeter("220 mail.example.com ESMTP\r\n");
  await using shop = await RunningProject.start(await quickShop(), {
    env: { TRELLIS_NATS_PORT: `${other.port}` },
  });
  const { pid, url } = await shop.server();
  assert(!url.endsWith(`:${other.port}`));
  await shop.dev.until(`Trellis started its own on ${url}`);
  assertEquals((await shop.trellis(["status"])).code, 0);
  let children: readonly number[] = [];
  await until(async () => {
    children = await childrenOf(shop.dev.pid);
    return children.length >= 2;
  }, "the server and the type checker run");
  assert(children.includes(pid));
  shop.dev.signal("SIGINT");
  assertEquals(await shop.dev.ended(), 0);
  assertEquals(await survivors(children), []);
  assertStringIncludes(shop.dev.stderr, "stopping\n");
});

Deno.test("dev of one project, as it is interrupted, killed, and started again", async (t) => {
  const project = await TempProject.shop();
  await t.step("Ctrl-C in the middle of the start leaves no process behind either", async () => {
    await using dev = startTrellisCommand(["dev"], { cwd: project.dir });
    await until(
      () => Deno.stat(project.path(".trellis/nats/run")).then(() => true, () => false),
      "the start of the server",
    );
    const children = await childrenOf(dev.pid);
    dev.signal("SIGINT");
    assertEquals(await dev.ended(), 130);
    assertEquals(await survivors(children), []);
  });

  // The next one finds nothing in its way.
  await t.step(
    "data outlives dev, a server that a killed dev left is taken over, and dev ends with its own",
    async () => {
      await using first = await RunningProject.start(project, { words: UNWATCHED });
      await first.json(["call", "Shop.Add", '{"title":"kept"}']);
      const beside = await first.trellis(UNWATCHED);
      assertEquals(beside.code, 6, beside.stderr);
      assertStringIncludes(beside.stderr, `process ${first.dev.pid} runs trellis dev`);
      const left = await first.server();
      first.dev.signal("SIGKILL");
      await first.dev.ended();
      assert(await isRunning(left.pid));
      const refused = await first.trellis(["status"]);
      assertEquals(refused.code, 5);
      assertStringIncludes(refused.stderr, "was killed; its NATS server runs on");
      await using again = startTrellisCommand(UNWATCHED, { cwd: project.dir });
      await again.until("ready in");
      assertEquals(await isRunning(left.pid), false);
      assertEquals((await first.server()).url, left.url);
      const page = await first.json<{ entries: { title: string }[] }>(
        ["call", "Shop.List", '{"limit":5}'],
      );
      assertEquals(page.entries.map(({ title }) => title), ["kept"]);

      Deno.kill((await first.server()).pid, "SIGKILL");
      assertEquals(await again.ended(), 1);
      assertStringIncludes(again.stderr, "the NATS server that Trellis had started has ended");
      assertStringIncludes(again.stderr, ".trellis/nats.log");
    },
  );
});

Deno.test("a contract and code that are saved while NATS is away go live when it is back", async () => {
  await using server = await TrellisServer.start();
  const env = { NATS_URL: server.url };
  await using shop = await RunningProject.shop({ words: ["dev", "--no-types"], env });
  await shop.dev.until("as you named it");
  await server.kill();
  const contract = "contracts/shop.ts";
  await shop.project.edit(contract, '{ purpose: "Store', '{ history: 9, purpose: "Store');
  await shop.dev.until("✗ shop");
  await server.startAgain();
  await shop.dev.until("shop live");
  const shown = await shop.trellis(["svc", "shop", "authority", "show"], { env });
  assertStringIncludes(shown.stdout, "version 2");

  // Its worker finds no server. What ran before waits for the server, and so does the new code.
  await server.kill();
  await shop.project.edit("handlers/shop.ts", "...input,", '...input, title: "later",');
  await shop.dev.until("the code from before keeps running; the next attempt comes by itself");
  await server.startAgain();
  await shop.dev.until("shop live presented again");
});

Deno.test("on an open server dev accepts the contract of an app, for state of who callers say they are", async () => {
  await using server = await TrellisServer.start();
  const project = await TempProject.create({});
  for (const file of ["contracts/notes.ts", "schemas.ts"]) {
    await project.write(file, await Deno.readTextFile(new URL(file, NOTES)));
  }
  await using running = await RunningProject.start(project, {
    words: UNWATCHED,
    env: { NATS_URL: server.url, NO_COLOR: "1" },
  });
  await running.dev.until("notes@v1  accepted, v1  state preferences, state drafts  app");
  for (const unverifiedId of ["ada", "bob"]) {
    await using client = await TrellisClient
      .connect({ contract: notes, trellisUrl: server.url, unverifiedId }).orThrow();
    await client.state.drafts.put("today", { title: unverifiedId });
    const page = await client.state.drafts.list({ limit: 5 });
    assertEquals(page.entries.map(({ value }) => value), [{ title: unverifiedId }]);
  }
});

Deno.test("a server that is too old is refused by its version", async () => {
  using old = greeter('INFO {"server_id":"A","version":"2.1.9","jetstream":false}\r\n');
  await using project = await TempProject.shop();
  const env = { NATS_URL: `nats://127.0.0.1:${old.port}` };
  const { code, stdout, stderr } = await trellisProcess(["dev"], { cwd: project.dir, env });
  assert(code === 1 || code === 5, String(code));
  assertEquals(stdout, "");
  assertStringIncludes(stderr, `127.0.0.1:${old.port} is nats-server 2.1.9`);
  assertStringIncludes(stderr, "Upgrade that server");
});

Deno.test("a server that runs on the usual port is used, also when it comes back, and left running", async () => {
  await using server = await TrellisServer.start();
  const env = { TRELLIS_NATS_PORT: new URL(server.url).port };
  await using shop = await RunningProject.shop({ words: ["start"], env });
  await shop.dev.until(server.url);
  assertEquals((await shop.trellis(["status"], { env })).code, 0);
  await server.kill();
  const named = { NATS_URL: server.url };
  assertEquals((await shop.trellis(["status"], { env: named })).code, 5);
  await server.startAgain();
  await until(async () => {
    const words = ["call", "Shop.Add", '{"title":"back"}'];
    return (await shop.trellis(words, { env: named })).code === 0;
  }, "the service answers again");
  shop.dev.signal();
  assertEquals(await shop.dev.ended(), 0);
  assertEquals((await shop.trellis(["status"], { env })).code, 0);
});

Deno.test("two projects at once have a server each, and neither lets the other in; start of one shares its server", async () => {
  const env = { TRELLIS_NATS_PORT: `${freePort()}` };
  await using first = await RunningProject.shop({ words: UNWATCHED, env });
  await using second = await RunningProject.shop({ words: UNWATCHED, env });
  await second.dev.until("asks for credentials; Trellis started its own on");
  const { url } = await first.server();
  assert((await second.server()).url !== url);
  assertEquals((await second.trellis(["call", "Shop.Add", '{"title":"second"}'], { env })).code, 0);
  const stranger = await second.trellis(["--nats", url, "status"], { env });
  assertEquals(stranger.code, 5);
  assertStringIncludes(stranger.stderr, "log in there");

  await using another = startTrellisCommand(["start"], { cwd: first.project.dir, env });
  await another.until("ready in");
  await another.until("shared with another Trellis process");
  another.signal();
  assertEquals(await another.ended(), 0);
  assertEquals((await first.trellis(["status"], { env })).code, 0);
});
