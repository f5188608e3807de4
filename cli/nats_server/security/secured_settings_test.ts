import { join } from "node:path";
import { assert, assertEquals } from "@std/assert";
import {
  binary,
  start,
  storeMessage,
  temporaryDir,
} from "../../../tests/support/server_process.ts";
import "../../../runtime/host/deno_host.ts";
import { openConnection } from "../../../runtime/nats/connection.ts";
import { joinDataDir } from "../data_dir/join_data_dir.ts";
import { findOrStartServer } from "../find_or_start.ts";
import { securedSettings } from "./secured_settings.ts";

Deno.test("a server is started secured, and who joins it learns where its keys are", async () => {
  await using dir = await temporaryDir();
  const storeDir = join(dir.path, "nats");
  const keysDir = join(dir.path, "keys");
  const { keys, settings } = (await securedSettings(keysDir)).orThrow();
  const logFile = join(dir.path, "nats.log");
  const options = { binary, storeDir, defaultPort: 0, logFile, ...settings };
  const found = (await findOrStartServer(options)).orThrow();
  try {
    assertEquals([found.source, found.keysDir], ["started", keysDir]);
    assert(found.identity.authRequired && found.identity.jetstream);
    const again = (await findOrStartServer(options)).orThrow();
    assertEquals([again.source, again.url, again.keysDir], ["reused", found.url, keysDir]);
    const joined = (await joinDataDir(storeDir)).orThrow();
    assertEquals(joined.state === "shared" && joined.keysDir, keysDir);

    const nobody = await openConnection({ servers: found.url, name: "test" });
    assertEquals(nobody.isErr() && nobody.error.code, "trellis.connection.unauthorized");
    const platform =
      (await openConnection({ servers: found.url, name: "test", key: keys.platform }))
        .orThrow();
    const info = (await platform.request("$JS.API.INFO")).json();
    assert(JSON.stringify(info).includes("account_info_response"));
    await platform.close();
    const config = await Deno.readTextFile(join(storeDir, "run", "server.conf"));
    const { issuer, xkey, callouts, platform: own, sys, admin } = keys;
    for (const { seed } of [issuer, xkey, ...callouts, own, sys, admin]) {
      assert(!config.includes(seed));
    }
  } finally {
    await found.process?.stop();
  }
});

Deno.test("a server that was started without keys is joined as one that lets in everybody", async () => {
  await using dir = await temporaryDir();
  const storeDir = join(dir.path, "nats");
  await using open = await start(storeDir);
  const { settings } = (await securedSettings(join(dir.path, "keys"))).orThrow();
  const found = (await findOrStartServer({ binary, storeDir, defaultPort: 0, ...settings }))
    .orThrow();
  assertEquals([found.source, found.url, found.keysDir], ["reused", open.url, undefined]);
});

Deno.test("somebody else's secured server is not taken for one that can be shared", async () => {
  await using theirs = await temporaryDir();
  await using dir = await temporaryDir();
  const { settings } = (await securedSettings(join(theirs.path, "keys"))).orThrow();
  await using server = await start(join(theirs.path, "nats"), settings);
  const found = (await findOrStartServer({
    binary,
    storeDir: join(dir.path, "nats"),
    defaultPort: server.port,
  })).orThrow();
  await found.process?.stop();
  assertEquals(found.source, "started");
  assert(found.notes[0]?.includes("asks for credentials"));
});

Deno.test("a server that is secured from now on goes on with the data that it had", async () => {
  await using dir = await temporaryDir();
  const storeDir = join(dir.path, "nats");
  {
    await using open = await start(storeDir);
    await storeMessage(open.port);
  }
  const { keys, settings } = (await securedSettings(join(dir.path, "keys"))).orThrow();
  for (const _ of ["the first time", "and again"]) {
    await using server = await start(storeDir, settings);
    const platform = await openConnection({ servers: server.url, name: "t", key: keys.platform });
    const connection = platform.orThrow();
    const info = (await connection.request("$JS.API.STREAM.INFO.KEEP")).json<
      { state: { messages: number } }
    >();
    assertEquals(info.state.messages, 1);
    await connection.close();
  }
});
