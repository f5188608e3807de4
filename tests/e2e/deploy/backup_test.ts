import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { readAccepted } from "../../../cli/calls/link_as.ts";
import { callServed } from "../../../cli/calls/call_served.ts";
import { findRpc } from "../../../cli/calls/served_rpc.ts";
import { backUp } from "../../../cli/backup/back_up.ts";
import { BackupServer } from "../../../cli/backup/nats/backup_server.ts";
import { restore } from "../../../cli/backup/restore.ts";
import { openConnection } from "../../../runtime/nats/connection.ts";
import { NatsCluster } from "../../support/nats_cluster.ts";
import { temporaryDir } from "../../support/server_process.ts";
import { TrellisServer } from "../../support/trellis_server.ts";
import { until } from "../../support/until.ts";
import { openAuthority } from "../../../reconcile/nats/open_authority.ts";
import { connectMessaging } from "../../../runtime/rpc/nats/nats_messaging.ts";
import { SecuredServer } from "../../support/secured_server.ts";
import { TempProject } from "../support/temp_project.ts";
import { startTrellisCommand, trellis } from "../support/trellis_command.ts";

/** Calls an RPC of a server as whoever has the platform's key. */
async function caller({ url, keys: { platform } }: SecuredServer) {
  const messaging = (await connectMessaging({ servers: url, name: "test", key: platform }))
    .orThrow();
  const authority = (await openAuthority(messaging.connection, { signer: platform })).orThrow();
  const accepted = (await readAccepted({ authority })).orThrow();
  return {
    async call(name: string, input: Record<string, string>) {
      const answer = await callServed(findRpc(name, accepted).orThrow(), input, messaging, {});
      if (answer.kind === "error") throw new Error(answer.error.message);
      return answer.value;
    },
    [Symbol.asyncDispose]: () => messaging.close(),
  };
}

/** A server whose streams are made and written without Trellis. */
async function openStreams(url: string) {
  const connection = (await openConnection({ servers: url, name: "test" })).orThrow();
  return {
    server: new BackupServer(connection),
    /** Whether the server has done it. */
    async ask(subject: string, body: object): Promise<boolean> {
      const { data } = await connection.request(`$JS.API.${subject}`, JSON.stringify(body), {
        timeout: 30_000,
      });
      return JSON.parse(new TextDecoder().decode(data)).error === undefined;
    },
    /** @param content the message, or how many zeros it has */
    async write(subject: string, content: number | Uint8Array) {
      const data = typeof content === "number" ? new Uint8Array(content) : content;
      await connection.request(subject, data, { timeout: 30_000 });
    },
    [Symbol.asyncDispose]: () => connection.close(),
  };
}

Deno.test("a backup that was made under writes is restored onto an empty server, and nowhere else", async (t) => {
  await using project = await TempProject.shop();
  const keysDir = project.path(".trellis/keys");
  const dir = project.path("backup");
  await using server = await SecuredServer.start({ keysDir });
  const run = (words: readonly string[], url = server.url) =>
    trellis([...words, "--nats", url, "--keys", keysDir], { cwd: project.dir });
  const stored: string[] = [];
  {
    await using started = startTrellisCommand(["start", "--nats", server.url], {
      cwd: project.dir,
    });
    await started.until("ready in");
    await using shop = await caller(server);
    const add = async (title: string) => {
      const made = await shop.call("Shop.Add", { title });
      stored.push(JSON.stringify(made));
    };
    for (let count = 0; count < 50; count++) await add(`before ${count}`);
    await t.step("it is made while others write", async () => {
      const before = stored.length;
      let isDone = false;
      const backing = run(["backup", dir, "--json"]).finally(() => isDone = true);
      while (!isDone) await add("meanwhile");
      const { code, stdout, stderr } = await backing;
      assertEquals(code, 0, stderr);
      assert(stored.length > before);
      const names: string[] = JSON.parse(stdout).streams.map(({ name }: { name: string }) => name);
      for (const name of ["KV_svc_shop_items", "KV_trellis_authority", "KV_trellis_sessions"]) {
        assert(names.includes(name), names.join());
      }
      assertStringIncludes(stderr, "keep besides: the keys");
    });

    await t.step("a folder that is there is left alone, and so is a server with data", async () => {
      assertEquals((await run(["backup", dir])).code, 6);
      const { code, stderr } = await run(["restore", dir]);
      assertEquals(code, 6);
      assertStringIncludes(stderr, "nothing was restored");
    });
    started.signal("SIGTERM");
    await started.ended();
  }

  await using empty = await SecuredServer.start({ keysDir });
  await t.step("without the keys of the server nothing is read or written", async () => {
    const { code } = await trellis(["restore", dir, "--nats", empty.url], { cwd: project.dir });
    assertEquals(code, 5);
  });

  await t.step("a file that was changed is found before anything is restored", async () => {
    const file = `${dir}/streams/KV_svc_shop_items/stream.tar.s2`;
    const bytes = await Deno.readFile(file);
    const wrong = bytes.slice();
    wrong[wrong.length >> 1] = (wrong[wrong.length >> 1] ?? 0) ^ 1;
    await Deno.writeFile(file, wrong);
    const { code, stderr } = await run(["restore", dir], empty.url);
    assertEquals(code, 1);
    assertStringIncludes(stderr, "is not what was written; nothing was restored");
    await Deno.writeFile(file, bytes);
    // To open a pipe would wait for whoever writes to it.
    const pipe = project.path("pipe");
    await Deno.mkdir(pipe);
    await new Deno.Command("mkfifo", { args: [`${pipe}/manifest.json`] }).output();
    const piped = await run(["restore", pipe], empty.url);
    assertEquals(piped.code, 1);
    assertStringIncludes(piped.stderr, "cannot be read");
    await using connection = await empty.platform();
    const { total } = (await connection.request("$JS.API.STREAM.NAMES", "")).json<
      { total: number }
    >();
    assertEquals(total, 0);
  });

  await t.step(
    "all that was stored before the backup is served from the restored server",
    async () => {
      const { code, stderr } = await run(["restore", dir], empty.url);
      assertEquals(code, 0, stderr);
      const again = await run(["restore", dir, "--resume", "--json"], empty.url);
      assertEquals([again.code, JSON.parse(again.stdout).restored], [0, []], again.stderr);
      await using started = startTrellisCommand(["start", "--nats", empty.url], {
        cwd: project.dir,
      });
      await started.until("accepted, v1");
      await using shop = await caller(empty);
      for (const text of stored.slice(0, 50)) {
        const { itemId } = JSON.parse(text);
        assertEquals(await shop.call("Shop.Get", { itemId }), JSON.parse(text));
      }
      started.signal("SIGTERM");
      await started.ended();
    },
  );
});

Deno.test("a stream is restored that others write to while it is copied, and whose messages get too old", async () => {
  await using from = await TrellisServer.start();
  await using onto = await TrellisServer.start();
  await using dir = await temporaryDir();
  await using source = await openStreams(from.url);
  await using target = await openStreams(onto.url);
  const [name, aging] = ["KV_svc_shop_items", "trellis_events"];
  const second = { max_age: 1e9, duplicate_window: 1e9 };
  for (
    const config of [
      { name, subjects: ["a"], storage: "file" },
      { name: aging, subjects: ["b"], storage: "file", ...second },
    ]
  ) assert(await source.ask(`STREAM.CREATE.${config.name}`, config));
  for (let count = 0; count < 20; count++) await source.write("a", 100_000);
  const { signal } = new AbortController();
  const progress = () => {};
  const folders = [1, 2, 3, 4].map((count) => `${dir.path}/${count}`);
  let isDone = false;
  const writing = Array.from({ length: 8 }, async () => {
    while (!isDone) await source.write("a", 100);
  });
  for (const folder of folders) {
    await source.write("b", 100);
    (await backUp({ server: source.server, dir: folder, progress, signal })).orThrow();
  }
  isDone = true;
  await Promise.all(writing);
  const isEmpty = async () => (await source.server.stream(aging)).orThrow().messages === 0;
  await until(isEmpty, "the messages are too old");
  for (const folder of folders) {
    const how = { server: target.server, dir: folder, progress, signal };
    assertEquals((await restore({ ...how, resume: false })).orThrow().made, [name, aging]);
    assertEquals((await restore({ ...how, resume: true })).orThrow().kept, [name, aging]);
    for (const stream of [name, aging]) assert(await target.ask(`STREAM.DELETE.${stream}`, {}));
  }
});

Deno.test("a backup and a restore stop inside of a stream, and the same is done after that", async () => {
  await using from = await TrellisServer.start();
  await using dir = await temporaryDir();
  await using source = await openStreams(from.url);
  const { server } = source;
  const name = "trellis_events";
  assert(await source.ask(`STREAM.CREATE.${name}`, { name, subjects: ["a"], storage: "file" }));
  for (let count = 0; count < 10; count++) {
    await source.write("a", crypto.getRandomValues(new Uint8Array(60_000)));
  }
  const folder = `${dir.path}/backup`;
  const stop = new AbortController();
  const stopped = await backUp({
    server,
    dir: folder,
    progress: (_, bytes) => bytes > 0 && stop.abort(),
    signal: stop.signal,
  });
  assertEquals(stopped.isErr() && stopped.error.code, "interrupted");
  assertEquals(await Array.fromAsync(Deno.readDir(dir.path)), []);

  const progress = () => {};
  const { signal } = new AbortController();
  (await backUp({ server, dir: folder, progress, signal })).orThrow();
  assert(await source.ask(`STREAM.DELETE.${name}`, {}));
  for (const when of ["verifying", "restoring"]) {
    const stop = new AbortController();
    const stopped = await restore({
      server,
      dir: folder,
      resume: false,
      progress: (what) => what.startsWith(when) && stop.abort(),
      signal: stop.signal,
    });
    assertEquals(stopped.isErr() && stopped.error.code, "interrupted");
  }
  const how = { server, dir: folder, progress, signal };
  assertEquals((await restore({ ...how, resume: true })).orThrow().made, [name]);

  const data = `${folder}/streams/${name}/stream.tar.s2`;
  await Deno.remove(data);
  await Deno.symlink("/dev/zero", data);
  const endless = await restore({ ...how, resume: true });
  assertEquals(endless.isErr() && endless.error.code, "digest_mismatch");
});

Deno.test("what three servers kept is restored onto them, and onto one that is told so", async () => {
  await using cluster = await NatsCluster.start();
  await using one = await TrellisServer.start();
  await using dir = await temporaryDir();
  await using many = await openStreams(cluster.servers[0]?.url ?? "");
  await using single = await openStreams(one.url);
  const name = "trellis_events";
  const config = { name, subjects: ["a"], storage: "file", num_replicas: 3 };
  // On a busy machine a server may not know of all the others yet.
  await until(() => many.ask(`STREAM.CREATE.${name}`, config), "the stream is made");
  for (let count = 0; count < 5; count++) await many.write("a", 200_000);
  const { signal } = new AbortController();
  const folder = `${dir.path}/backup`;
  const [from, onto] = [many.server, single.server];
  const progress = () => {};
  (await backUp({ server: from, dir: folder, progress, signal })).orThrow();
  assert(await many.ask(`STREAM.DELETE.${name}`, {}));
  const how = { dir: folder, resume: false, progress, signal };
  assertEquals((await restore({ server: from, ...how })).orThrow().made, [name]);
  const refused = await restore({ server: onto, ...how });
  assertStringIncludes(refused.isErr() ? refused.error.hint ?? "" : "", "--replicas 1");
  assertEquals((await restore({ server: onto, ...how, replicas: 1 })).orThrow().made, [name]);

  const alone = { name: "KV_svc_shop_items", subjects: ["b"], storage: "file", num_replicas: 1 };
  assert(await many.ask(`STREAM.CREATE.${alone.name}`, alone));
  const keeper = await cluster.leaderOf(alone.name);
  await cluster.kill(keeper);
  await using other = await openStreams(cluster.servers[(keeper + 1) % 3]?.url ?? "");
  await until(async () => {
    const found = await other.server.streams("trellis");
    return found.isErr() && found.error.message.includes(alone.name);
  }, "the stream is missed, and not left out");
});
