import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { isErr } from "../../contracts/result.ts";
import { type FindOrStartOptions, findOrStartServer, type FoundServer } from "./find_or_start.ts";
import {
  binary,
  freePort,
  infoLine,
  listenAndSay,
  runApart,
  start,
  storedMessages,
  storeMessage,
  temporaryDir,
} from "../../tests/support/server_process.ts";
import type { ServerError } from "./probe/server_error.ts";
import { joinDataDir } from "./data_dir/join_data_dir.ts";
import { isRunning } from "./data_dir/process_state.ts";
import { probeServer } from "./probe/probe_server.ts";

type Found = FoundServer & AsyncDisposable;

async function find(options: FindOrStartOptions): Promise<Found> {
  const found = (await findOrStartServer({ binary, ...options })).orThrow();
  return {
    ...found,
    async [Symbol.asyncDispose]() {
      await found.process?.stop();
    },
  };
}

async function givenFailure(url: string): Promise<ServerError> {
  await using dir = await temporaryDir();
  const found = (await findOrStartServer({ binary, url, storeDir: dir.path })).take();
  assert(isErr(found));
  assertEquals(await Array.fromAsync(Deno.readDir(dir.path)), []); // nothing was started
  return found.error;
}

/** A real server without JetStream, which `startServer` never starts. */
async function plainServer(): Promise<AsyncDisposable & { port: number }> {
  const port = freePort();
  const child = new Deno.Command(binary, {
    args: ["-a", "127.0.0.1", "-p", String(port)],
    stdin: "null",
    stderr: "null",
  }).spawn();
  while ((await probeServer("127.0.0.1", port, 1000)).isErr()) {
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  return {
    port,
    async [Symbol.asyncDispose]() {
      child.kill("SIGKILL");
      await child.status;
    },
  };
}

Deno.test("a given server is used as it was given, even when it asks for credentials", async () => {
  await using dir = await temporaryDir();
  await using server = await start(dir.path, {
    configText: `authorization { user: me, password: "long enough to be one" }`,
  });
  const url = `nats://me:long@127.0.0.1:${server.port}`;
  await using found = await find({ url, storeDir: dir.path });
  assertEquals([found.source, found.url, found.version], ["given", url, server.version]);
  assertEquals([found.process, found.notes], [undefined, []]);
  assert(found.jetstream && found.identity.authRequired);
});

Deno.test("of several given servers one that answers is enough", async () => {
  await using dir = await temporaryDir();
  await using server = await start(dir.path);
  const url = `127.0.0.1:${freePort()},${server.url}`;
  await using found = await find({ url, storeDir: dir.path });
  assertEquals([found.source, found.url], ["given", url]);
});

Deno.test("a given server that cannot be reached is an error without its credentials", async () => {
  const port = freePort();
  const error = await givenFailure(`nats://me:secret@127.0.0.1:${port}`);
  assertEquals(error.code, "unreachable");
  assertStringIncludes(error.message, `127.0.0.1:${port}`);
  assert(!`${error.message} ${error.url}`.includes("secret"));
});

Deno.test("a given server that comes up later is waited for, as long as was said", async () => {
  await using theirs = await temporaryDir();
  await using dir = await temporaryDir();
  const port = freePort();
  const url = `nats://127.0.0.1:${port}`;
  const waiting = Promise.withResolvers<void>();
  const finding = find({
    url,
    storeDir: dir.path,
    waitMs: 30_000,
    onProgress: () => waiting.resolve(),
  });
  await waiting.promise;
  await using _server = await start(theirs.path, { port });
  await using found = await finding;
  assertEquals([found.source, found.url], ["given", url]);

  const gone = await findOrStartServer({
    url: `127.0.0.1:${freePort()}`,
    storeDir: dir.path,
    waitMs: 1,
  });
  assertEquals(gone.isErr() && gone.error.code, "unreachable");
  const stop = AbortSignal.abort();
  const stopped = await findOrStartServer({
    url: `127.0.0.1:${freePort()}`,
    storeDir: dir.path,
    waitMs: 3_600_000,
    signal: stop,
  });
  assertEquals(stopped.isErr() && stopped.error.code, "unreachable");
});

Deno.test("a given address that is none, or no NATS server's, is an error", async () => {
  assertEquals((await givenFailure("https://example.org")).code, "bad_url");
  await using other = listenAndSay("220 mail\r\n");
  assertEquals((await givenFailure(`127.0.0.1:${other.port}`)).code, "not_nats");
});

Deno.test("a given server that is too old or without JetStream is an error that says what to do", async () => {
  await using old = listenAndSay(infoLine({ version: "2.9.10", jetstream: true }));
  const tooOld = await givenFailure(`127.0.0.1:${old.port}`);
  assertEquals(tooOld.code, "too_old");
  assertStringIncludes(tooOld.message, "2.9.10");
  assertStringIncludes(tooOld.hint, "Upgrade");
  await using plain = await plainServer();
  const noJetStream = await givenFailure(`127.0.0.1:${plain.port}`);
  assertEquals(noJetStream.code, "no_jetstream");
  assertStringIncludes(noJetStream.hint, "-js");
});

Deno.test("a suitable server on the default port is used, and nothing is started", async () => {
  await using theirs = await temporaryDir();
  await using dir = await temporaryDir();
  await using server = await start(theirs.path, { name: "their-own" });
  await using found = await find({ storeDir: dir.path, defaultPort: server.port });
  assertEquals([found.source, found.url, found.notes], ["running", server.url, []]);
  assertEquals(found.process, undefined);
  assertEquals(await Array.fromAsync(Deno.readDir(dir.path)), []);
});

Deno.test("a server of another Trellis on the default port is used, with a word about its end", async () => {
  await using theirs = await temporaryDir();
  await using dir = await temporaryDir();
  await using server = await start(theirs.path);
  await using found = await find({ storeDir: dir.path, defaultPort: server.port });
  assertEquals([found.source, found.notes.length], ["running", 1]);
  assertStringIncludes(found.notes[0] ?? "", "another Trellis process");
});

Deno.test("with nothing there a server is started on the default port; an empty URL is none", async () => {
  await using dir = await temporaryDir();
  const defaultPort = freePort();
  await using found = await find({ url: "", storeDir: dir.path, defaultPort });
  assertEquals([found.source, found.notes], ["started", []]);
  assertEquals([found.url, found.process?.port], [`nats://127.0.0.1:${defaultPort}`, defaultPort]);
});

/** Expects that a server is started beside what has the default port, for a reason that is said. */
async function assertStartsBeside(defaultPort: number, reason: RegExp): Promise<void> {
  await using dir = await temporaryDir();
  await using found = await find({ storeDir: dir.path, defaultPort });
  assertEquals([found.source, found.notes.length], ["started", 1]);
  assert(found.process !== undefined && found.process.port !== defaultPort);
  assertMatch(found.notes[0] ?? "", reason);
  assertStringIncludes(found.notes[0] ?? "", `127.0.0.1:${defaultPort}`);
  assertStringIncludes(found.notes[0] ?? "", found.url);
}

Deno.test("what is no NATS server on the default port is left alone", async () => {
  await using silent = listenAndSay(undefined);
  await assertStartsBeside(silent.port, /no NATS server/);
  await using web = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, () => {
    return new Response("still here");
  });
  await assertStartsBeside(web.addr.port, /no NATS server/);
  const answer = await fetch(`http://127.0.0.1:${web.addr.port}`);
  assertEquals(await answer.text(), "still here");
});

Deno.test("a NATS server that does not fit on the default port is left alone", async () => {
  await using old = listenAndSay(infoLine({ version: "2.9.10", jetstream: true }));
  await assertStartsBeside(old.port, /2\.9\.10, and Trellis needs 2\.10\.0/);
  await using plain = await plainServer();
  await assertStartsBeside(plain.port, /without JetStream/);
  await using theirs = await temporaryDir();
  await using closed = await start(theirs.path, {
    configText: `authorization { token: "long enough to be one" }`,
  });
  await assertStartsBeside(closed.port, /asks for credentials/);
  for (const port of [plain.port, closed.port]) {
    assert((await probeServer("127.0.0.1", port, 1000)).isOk());
  }
});

Deno.test("the server that another Trellis process runs on the store is shared", async () => {
  await using dir = await temporaryDir();
  await using server = await start(dir.path);
  await using found = await find({ storeDir: dir.path, defaultPort: freePort() });
  assertEquals([found.source, found.url, found.process], ["reused", server.url, undefined]);
  assertStringIncludes(found.notes[0] ?? "", `process ${Deno.pid}`);
});

Deno.test("a server that is about to stop is not shared: its successor waits until it has ended", async () => {
  await using dir = await temporaryDir();
  const server = await start(dir.path);
  await server.withdraw();
  let isFound = false;
  const finding = find({ storeDir: dir.path, defaultPort: server.port }).then((found) => {
    isFound = true;
    return found;
  });
  // It looks several times meanwhile.
  for (let looks = 0; looks < 3; looks++) {
    assertEquals((await joinDataDir(dir.path, AbortSignal.timeout(50))).isErr(), true);
  }
  assertEquals(isFound, false);
  await server.stop();
  await using found = await finding;
  assertEquals([found.source, found.process?.port], ["started", server.port]);
});

Deno.test("several processes that start at the same time share one server", async () => {
  await using dir = await temporaryDir();
  const options = { storeDir: dir.path, defaultPort: freePort() };
  const found = await Promise.all([1, 2, 3].map(() => find(options)));
  try {
    assertEquals(found.filter(({ source }) => source === "started").length, 1);
    assertEquals(new Set(found.map(({ url }) => url)).size, 1);
  } finally {
    for (const server of found) await server[Symbol.asyncDispose]();
  }
});

Deno.test("an orphan of the data directory is replaced on its own port, and not treated as a foreign server", async () => {
  await using dir = await temporaryDir();
  const { child, line, rest } = await runApart(
    dir.path,
    `const server = (await startServer(options)).orThrow();
     console.log(JSON.stringify({ pid: server.pid, port: server.port }));
     await new Promise((resolve) => setTimeout(resolve, 60_000));`,
  );
  child.kill("SIGKILL");
  await Promise.all([child.status, rest]);
  const orphan: { pid: number; port: number } = JSON.parse(line);
  await storeMessage(orphan.port);
  await using found = await find({ storeDir: dir.path, defaultPort: orphan.port });
  assertEquals([found.source, found.process?.port], ["started", orphan.port]);
  assert(!await isRunning(orphan.pid));
  assertEquals(await storedMessages(orphan.port), 1);
});
