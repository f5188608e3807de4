import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import { isErr } from "../../contracts/result.ts";
import {
  binary,
  freePort,
  listenAndSay,
  onWindows,
  start,
  storedMessages,
  storeMessage,
  temporaryDir,
} from "../../tests/support/server_process.ts";
import type { ServerError } from "./probe/server_error.ts";
import { probeServer } from "./probe/probe_server.ts";
import { startServer } from "./start_server.ts";
import type { StartServerOptions } from "./start_server_options.ts";

async function startFailure(
  storeDir: string,
  more: Partial<StartServerOptions> = {},
): Promise<ServerError> {
  const started = (await startServer({ binary, storeDir, ...more })).take();
  if (isErr(started)) return started.error;
  await started.stop();
  throw new Error("the server started");
}

Deno.test("a server starts on a free port with JetStream, and is named after its store", async () => {
  await using dir = await temporaryDir();
  await using other = await temporaryDir();
  await using server = await start(dir.path);
  await using second = await start(other.path);
  assert(server.port > 0 && server.port !== second.port);
  assertEquals(server.url, `nats://127.0.0.1:${server.port}`);
  const identity = (await probeServer(server.host, server.port, 1000)).orThrow();
  assertEquals(identity, server.identity);
  assert(identity.jetstream);
  assert(/^trellis-[0-9a-f]{8}$/.test(identity.serverName));
  assert(identity.serverName !== second.identity.serverName);
});

Deno.test("what was stored is there after stop and start", async () => {
  await using dir = await temporaryDir();
  {
    await using server = await start(dir.path);
    await storeMessage(server.port);
  }
  await using again = await start(dir.path);
  assertEquals(await storedMessages(again.port), 1);
});

Deno.test("what was acknowledged is there after a crash of the server", async () => {
  await using dir = await temporaryDir();
  const server = await start(dir.path);
  await storeMessage(server.port);
  await server.kill();
  if (!onWindows) assertEquals((await server.exited).signal, "SIGKILL");
  await using again = await start(dir.path);
  assertEquals(await storedMessages(again.port), 1);
});

Deno.test("stopping may be asked twice, and frees port and files", async () => {
  await using dir = await temporaryDir();
  const server = await start(dir.path, { configText: "debug: false" });
  const begin = performance.now();
  await Promise.all([server.stop(), server.stop()]);
  assert(performance.now() - begin < 30_000);
  await server.stop();
  await server.kill();
  assertEquals((await server.exited).signal, null);
  const gone = (await probeServer(server.host, server.port, 1000)).take();
  assert(isErr(gone) && gone.error.kind === "refused");
  assertEquals((await Array.fromAsync(Deno.readDir(join(dir.path, "run")))).map((f) => f.name), [
    "server.lock",
  ]);
});

Deno.test({
  name: "a server that ignores the request to stop is killed after a second",
  ignore: onWindows,
  async fn() {
    await using dir = await temporaryDir();
    const server = await start(dir.path);
    Deno.kill(server.pid, "SIGSTOP");
    const begin = performance.now();
    await server.stop();
    const took = performance.now() - begin;
    assert(took >= 900 && took < 10_000);
    assertEquals((await server.exited).signal, "SIGKILL");
  },
});

Deno.test("a wanted port is taken when it is free", async () => {
  await using dir = await temporaryDir();
  const port = freePort();
  await using server = await start(dir.path, { port });
  assertEquals(server.port, port);
});

Deno.test("a port that is taken is an error, and the process there is left alone", async () => {
  await using dir = await temporaryDir();
  await using other = listenAndSay("hello");
  const error = await startFailure(dir.path, { port: other.port });
  assertEquals(error.code, "port_taken");
  assertStringIncludes(error.message, String(other.port));
  await using _free = await start(dir.path);
});

Deno.test("configuration is in force, private, and gone with the server", async () => {
  await using dir = await temporaryDir();
  const path = join(dir.path, "run", "server.conf");
  {
    const configText = `authorization { user: someone, password: "long enough to be one" }`;
    await using server = await start(dir.path, { maxPayload: 123_456, configText });
    assertEquals(server.identity.maxPayload, 123_456);
    assert(server.identity.authRequired);
    const { mode } = await Deno.stat(path);
    if (!onWindows) assertEquals((mode ?? 0) & 0o777, 0o600);
  }
  await using _again = await start(dir.path);
  const left = await Deno.stat(path).then(() => true, () => false);
  assert(!left);
});

Deno.test("a configuration that is wrong ends in an error with the server's own words", async () => {
  await using dir = await temporaryDir();
  for (const logFile of [undefined, join(dir.path, "logs", "server.log")]) {
    const error = await startFailure(dir.path, { configText: "no_such_field: 1", logFile });
    assertEquals(error.code, "exited_early");
    assertStringIncludes(error.message, `unknown field "no_such_field"`);
    assertStringIncludes(error.log.join("\n"), "no_such_field");
  }
});

Deno.test("what the server logs before it gives up is in the error, from this start alone", async () => {
  await using dir = await temporaryDir();
  await Deno.writeTextFile(join(dir.path, "jetstream"), "a file where a directory belongs");
  for (const logFile of [undefined, join(dir.path, "server.log")]) {
    if (logFile !== undefined) await Deno.writeTextFile(logFile, "from an earlier start\n");
    const error = await startFailure(dir.path, { logFile });
    assertEquals(error.code, "exited_early");
    assertStringIncludes(error.message, "[FTL]");
    assert(!error.message.includes("earlier start"));
  }
});

Deno.test("a log file is appended to; without one the last lines are kept", async () => {
  await using dir = await temporaryDir();
  const logFile = join(dir.path, "logs", "server.log");
  for (let run = 1; run <= 2; run++) {
    await using server = await start(dir.path, { logFile });
    assertEquals(server.recentLog(), []);
  }
  const log = await Deno.readTextFile(logFile);
  assertEquals(log.match(/Starting nats-server/g)?.length, 2);
  const server = await start(dir.path);
  await server.stop();
  assertStringIncludes(server.recentLog().at(-1) ?? "", "Server Exiting");
});

Deno.test("a program that is not there, and a store that cannot be one, are errors", async () => {
  await using dir = await temporaryDir();
  const noProgram = await startFailure(dir.path, { binary: join(dir.path, "nothing") });
  assertEquals(noProgram.code, "binary_failed");
  const file = join(dir.path, "file");
  await Deno.writeTextFile(file, "");
  assertEquals((await startFailure(file)).code, "store_unusable");
  await using _free = await start(dir.path);
});

Deno.test("an abort ends the start, before and during it, and leaves nothing running", async () => {
  await using dir = await temporaryDir();
  assertEquals((await startFailure(dir.path, { signal: AbortSignal.abort() })).code, "aborted");
  const controller = new AbortController();
  const starting = startFailure(dir.path, { signal: controller.signal });
  controller.abort();
  assertEquals((await starting).code, "aborted");
  await using server = await start(dir.path, { signal: controller.signal }).catch(() => undefined);
  assertEquals(server, undefined);
  await using _free = await start(dir.path);
});

Deno.test("a server that is not ready in time is stopped", async () => {
  await using dir = await temporaryDir();
  const error = await startFailure(dir.path, { readyTimeoutMs: 0 });
  assertEquals(error.code, "start_timeout");
  await using _free = await start(dir.path);
});

Deno.test({
  name: "a disk without room is said to be that, at once (only root can make one)",
  ignore: Deno.build.os !== "linux" || Deno.uid() !== 0 || !mayMount(),
  async fn() {
    await using dir = await temporaryDir();
    const args = ["-t", "tmpfs", "-o", "size=48k", "tmpfs", dir.path];
    await new Deno.Command("mount", { args }).output();
    try {
      const { code, message } = await startFailure(dir.path, { readyTimeoutMs: 5_000 });
      assertEquals(code, "store_unusable");
      assertStringIncludes(message, "No space left");
    } finally {
      await new Deno.Command("umount", { args: [dir.path] }).output();
    }
  },
});

/** Containers mostly let nobody. */
function mayMount(): boolean {
  const dir = Deno.makeTempDirSync();
  const run = (program: string, ...args: readonly string[]) =>
    new Deno.Command(program, { args: [...args] }).outputSync().success;
  const mounted = run("mount", "-t", "tmpfs", "tmpfs", dir);
  if (mounted) run("umount", dir);
  Deno.removeSync(dir);
  return mounted;
}
