import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import { isErr } from "../../../contracts/result.ts";
import {
  binary,
  onWindows,
  runApart,
  start,
  storedMessages,
  storeMessage,
  temporaryDir,
} from "../../../tests/support/server_process.ts";
import { joinDataDir } from "./join_data_dir.ts";
import { isRunning, waitUntilGone } from "./process_state.ts";
import { startServer } from "../start_server.ts";

const startAndWait = `
  const server = (await startServer(options)).orThrow();
  console.log(JSON.stringify({ pid: server.pid, port: server.port }));
  await new Promise((resolve) => setTimeout(resolve, 60_000));
`;

/** Leaves a server behind whose owner was killed, and answers where it is. */
async function leaveOrphan(storeDir: string): Promise<{ pid: number; port: number }> {
  const { child, line, rest } = await runApart(storeDir, startAndWait);
  child.kill("SIGKILL");
  await Promise.all([child.status, rest]);
  return JSON.parse(line);
}

async function writeRecord(storeDir: string, record: Record<string, unknown>): Promise<void> {
  await Deno.mkdir(join(storeDir, "run"), { recursive: true });
  await Deno.writeTextFile(join(storeDir, "run", "server.json"), JSON.stringify(record));
}

/** A process that is no server; it runs until the test ends it. */
function bystander(): Deno.ChildProcess {
  return new Deno.Command(Deno.execPath(), {
    args: ["eval", "setTimeout(() => {}, 60_000)"],
    stdin: "null",
  }).spawn();
}

Deno.test("a second start on the same store names the process and the server that have it", async () => {
  await using dir = await temporaryDir();
  await using server = await start(dir.path);
  const second = (await startServer({ binary, storeDir: join(dir.path, ".") })).take();
  assert(isErr(second));
  assertEquals(second.error.code, "store_in_use");
  assertEquals([second.error.pid, second.error.url], [server.pid, server.url]);
  assertStringIncludes(second.error.message, `process ${Deno.pid}`);
  assertStringIncludes(second.error.message, server.url);
  await storeMessage(server.port); // and the first goes on
});

Deno.test("of several starts at the same time one wins, and the others name it", async () => {
  await using dir = await temporaryDir();
  const options = { binary, storeDir: dir.path };
  const results = await Promise.all([1, 2, 3].map(() => startServer(options)));
  const servers = results.flatMap((result) => result.isOk() ? [result.value] : []);
  const errors = results.flatMap((result) => result.isErr() ? [result.error] : []);
  assertEquals(servers.length, 1);
  assertEquals(errors.map(({ code }) => code), ["store_in_use", "store_in_use"]);
  assertEquals(errors.map(({ url }) => url), [servers[0]?.url, servers[0]?.url]);
  await servers[0]?.stop();
});

Deno.test("another process that has the store is named", async () => {
  await using dir = await temporaryDir();
  const { child, line, rest } = await runApart(
    dir.path,
    `const server = (await startServer(options)).orThrow();
     Deno.addSignalListener("SIGTERM", () => server.stop().then(() => Deno.exit(0)));
     console.log(server.pid);`,
  );
  const second = (await startServer({ binary, storeDir: dir.path })).take();
  assert(isErr(second));
  assertEquals([second.error.code, second.error.pid], ["store_in_use", Number(line)]);
  child.kill("SIGTERM");
  await Promise.all([child.status, rest]);
  await using _free = await start(dir.path);
});

Deno.test("the record of a dead process is ignored", async () => {
  await using dir = await temporaryDir();
  const gone = new Deno.Command(Deno.execPath(), { args: ["--version"], stdout: "null" }).spawn();
  await gone.status;
  for (const record of [{ owner: gone.pid, pid: gone.pid }, { owner: "?" }, {}]) {
    await writeRecord(dir.path, record);
    await using _server = await start(dir.path);
  }
  await Deno.writeTextFile(join(dir.path, "run", "server.json"), "{ half a rec");
  await using _server = await start(dir.path);
});

Deno.test("a process that was given the id of a dead server is left alone", async () => {
  await using dir = await temporaryDir();
  await using elsewhere = await temporaryDir();
  await using other = await start(elsewhere.path);
  const child = bystander();
  try {
    // Even where a server listens at the recorded address again: it is another one.
    await writeRecord(dir.path, { owner: 1, pid: child.pid, url: other.url, serverId: "NOTIT" });
    {
      await using _server = await start(dir.path);
    }
    assert(await isRunning(child.pid));
    await writeRecord(dir.path, { owner: 1, pid: other.pid, url: other.url, serverId: "NOTIT" });
    {
      await using _server = await start(dir.path);
    }
    assert(await isRunning(other.pid));
  } finally {
    child.kill("SIGKILL");
    await child.status;
  }
});

Deno.test({
  name: "the server of a folder that was copied is left alone by the one of the copy",
  ignore: onWindows,
  async fn() {
    await using dir = await temporaryDir();
    await using copies = await temporaryDir();
    await using original = await start(dir.path);
    const copy = join(copies.path, "copy");
    const copying = new Deno.Command("cp", { args: ["-r", dir.path, copy] });
    assert((await copying.output()).success);
    assertEquals((await joinDataDir(copy)).orThrow(), { state: "free" });
    await using other = await start(copy);
    assert(other.pid !== original.pid);
    assert(await isRunning(original.pid));
  },
});

Deno.test("a server whose owner was killed is stopped by the next start, with nothing lost", async () => {
  await using dir = await temporaryDir();
  const orphan = await leaveOrphan(dir.path);
  assert(await isRunning(orphan.pid));
  await storeMessage(orphan.port);
  const progress: string[] = [];
  await using server = await start(dir.path, {
    port: orphan.port, // which is free again by then
    onProgress: (message) => progress.push(message),
  });
  assert(!await isRunning(orphan.pid));
  assertStringIncludes(progress.join(), `process ${orphan.pid}`);
  assertEquals(await storedMessages(server.port), 1);
});

Deno.test({
  name: "an orphan that is frozen is known by its store, and ended",
  ignore: onWindows,
  async fn() {
    await using dir = await temporaryDir();
    const orphan = await leaveOrphan(dir.path);
    Deno.kill(orphan.pid, "SIGSTOP");
    await using _server = await start(dir.path);
    assert(!await isRunning(orphan.pid));
  },
});

Deno.test("a process that exits without a stop takes its server with it", async () => {
  await using dir = await temporaryDir();
  const { child, line, rest } = await runApart(
    dir.path,
    `const server = (await startServer(options)).orThrow();
     console.log(server.pid);
     Deno.exit(0);`,
  );
  await Promise.all([child.status, rest]);
  assert(await waitUntilGone(Number(line), 5000));
  await using _free = await start(dir.path);
});

Deno.test({
  name: "a server leads a process group of its own, so that Ctrl-C reaches its owner alone",
  ignore: onWindows,
  async fn() {
    await using dir = await temporaryDir();
    await using server = await start(dir.path);
    Deno.kill(-server.pid, 0); // throws where there is no such group
  },
});
