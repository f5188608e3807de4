import { join } from "node:path";
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { decode } from "@nats-io/jwt";
import { decodeJwt } from "../../../contracts/identity/jwt.ts";
import { onWindows, temporaryDir } from "../../../tests/support/server_process.ts";
import type { ServerError } from "../probe/server_error.ts";
import { adminCreds } from "./admin_creds.ts";
import { adminCredsFile, keysFile, openKeyFolder, readKeyFolder } from "./key_folder.ts";
import { encodeKeyMaterial, generateKeyMaterial, type KeyMaterial } from "./key_material.ts";

async function modeOf(path: string): Promise<number> {
  return ((await Deno.stat(path)).mode ?? 0) & 0o777;
}

function seedsOf(keys: KeyMaterial): readonly string[] {
  const { issuer, xkey, callouts, platform, sys, admin } = keys;
  return [issuer, xkey, ...callouts, platform, sys, admin].map(({ seed }) => seed);
}

async function failureOf(dir: string): Promise<ServerError> {
  const opened = await openKeyFolder(dir);
  assert(opened.isErr());
  return opened.error;
}

Deno.test("keys are made once, for their owner alone, and read back as they were", async () => {
  await using temporary = await temporaryDir();
  const dir = join(temporary.path, "project", ".trellis", "keys");
  assertEquals((await readKeyFolder(dir)).orThrow(), undefined);
  const made = (await openKeyFolder(dir)).orThrow();
  const again = (await openKeyFolder(dir)).orThrow();
  assertEquals(encodeKeyMaterial(again), encodeKeyMaterial(made));
  assertEquals(new Set(seedsOf(made)).size, 7);
  const names = (await Array.fromAsync(Deno.readDir(dir))).map(({ name }) => name).sort();
  assertEquals(names, ["admin.creds", "keys.json"]);
  if (onWindows) return;
  assertEquals(await modeOf(dir), 0o700);
  assertEquals(await modeOf(keysFile(dir)), 0o600);
  assertEquals(await modeOf(adminCredsFile(dir)), 0o600);
});

Deno.test("of processes that start at once, one makes the keys and all use them", async () => {
  await using temporary = await temporaryDir();
  const dir = join(temporary.path, "keys");
  const code = `
    import { openKeyFolder } from ${JSON.stringify(import.meta.resolve("./key_folder.ts"))};
    const keys = await Promise.all(Array.from({ length: 8 }, () => openKeyFolder(Deno.args[0])));
    console.log(JSON.stringify(keys.map((one) => one.orThrow().issuer.publicKey)));
  `;
  const processes = Array.from({ length: 3 }, () =>
    new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "--no-lock", "--no-check", "--quiet", "-", dir],
      stdin: "piped",
      stdout: "piped",
    }).spawn());
  // All have started before any is told what to do.
  const outputs = await Promise.all(processes.map(async (child) => {
    const writer = child.stdin.getWriter();
    await writer.write(new TextEncoder().encode(code));
    await writer.close();
    return new TextDecoder().decode((await child.output()).stdout);
  }));
  const issuers: string[] = outputs.flatMap((text) => JSON.parse(text));
  assertEquals(issuers.length, 24);
  assertEquals(new Set(issuers).size, 1);
  const names = (await Array.fromAsync(Deno.readDir(dir))).map(({ name }) => name).sort();
  assertEquals(names, ["admin.creds", "keys.json"]);
});

Deno.test("a damaged file is an error that says what to do, shows no secret, and is left alone", async () => {
  await using temporary = await temporaryDir();
  const dir = temporary.path;
  await Deno.chmod(dir, 0o700).catch(() => {});
  const keys = generateKeyMaterial(1000);
  const good = encodeKeyMaterial(keys);
  const other = encodeKeyMaterial(generateKeyMaterial(1000));
  const damages: readonly (readonly [string, string])[] = [
    ["", "not JSON"],
    [good.slice(0, 300), "not JSON"],
    [good.replace("{", ""), "not JSON"],
    ["null", "not JSON"],
    [good.replace("keys.v1", "keys.v9"), "newer Trellis"],
    [good.replace("keys.v1", "keys.w1"), "format"],
    [good.replace(keys.issuer.seed, keys.issuer.seed.slice(0, -1)), "issuer"],
    [good.replace(keys.issuer.seed, keys.platform.seed), "issuer"],
    [good.replace(keys.xkey.seed, keys.issuer.seed), "xkey"],
    [good.replace(`"${keys.callouts[1].seed}"`, "null"), "callouts"],
    [good.replace("platform", "platfrom"), "platform"],
    [good.replace(keys.sys.seed, keys.sys.publicKey), "sys"],
    [good.replace(keys.admin.seed, keys.admin.seed.toLowerCase()), "admin"],
    [good.replace("1000", "1e99"), "createdAt"],
    [other + "x".repeat(100_000), "no file of keys"],
  ];
  for (const [text, wrong] of damages) {
    await Deno.writeTextFile(keysFile(dir), text, { mode: 0o600 });
    const error = await failureOf(dir);
    assertEquals(error.code, "keys_damaged", wrong);
    assertStringIncludes(error.message, wrong);
    assertStringIncludes(error.message, keysFile(dir));
    assertStringIncludes(error.hint, "new keys are made");
    const shown = Deno.inspect(error, { depth: 9 }) + JSON.stringify(error);
    assert(!seedsOf(keys).some((seed) => shown.includes(seed.slice(0, 20))), wrong);
    assertEquals(await Deno.readTextFile(keysFile(dir)), text);
  }
});

Deno.test({
  name: "what others may read or replace, or own, is an error until it is put right",
  ignore: onWindows,
  async fn() {
    await using temporary = await temporaryDir();
    const dir = join(temporary.path, "keys");
    (await openKeyFolder(dir)).orThrow();
    for (
      const [path, open, closed] of [
        [keysFile(dir), 0o640, 0o600],
        [adminCredsFile(dir), 0o604, 0o600],
        [dir, 0o770, 0o700],
      ] as const
    ) {
      await Deno.chmod(path, open);
      const error = await failureOf(dir);
      assertEquals(error.code, "keys_exposed");
      assertStringIncludes(error.message, `${path} (mode ${open.toString(8)})`);
      assertStringIncludes(error.hint, `chmod ${closed.toString(8)} ${path}`);
      await Deno.chmod(path, closed);
      (await openKeyFolder(dir)).orThrow();
    }
    if (Deno.uid() !== 0) return; // only the system's administrator can give files away
    await Deno.chown(keysFile(dir), 12345, null);
    const error = await failureOf(dir);
    assertEquals(error.code, "keys_exposed");
    assertStringIncludes(error.message, "belongs to another user (12345)");
  },
});

Deno.test("a folder that cannot be one is an error", async () => {
  await using temporary = await temporaryDir();
  const file = join(temporary.path, "file");
  await Deno.writeTextFile(file, "");
  assertEquals((await failureOf(file)).code, "keys_unusable");
  assertEquals((await failureOf(join(file, "keys"))).code, "keys_unusable");
  await Deno.mkdir(keysFile(temporary.path));
  assertEquals((await failureOf(temporary.path)).code, "keys_damaged");
  if (onWindows) return;
  // Nobody writes to it: whoever opens it waits for ever.
  await Deno.remove(keysFile(temporary.path));
  await new Deno.Command("mkfifo", { args: ["-m", "600", keysFile(temporary.path)] }).output();
  assertEquals((await failureOf(temporary.path)).code, "keys_damaged");
});

Deno.test("the credentials of the admin are those of NATS' tools, and follow the keys", async () => {
  await using temporary = await temporaryDir();
  const dir = join(temporary.path, "keys");
  const keys = (await openKeyFolder(dir)).orThrow();
  const text = await Deno.readTextFile(adminCredsFile(dir));
  assertEquals(text, adminCreds(keys));
  const [, jwt = "", seed] =
    /BEGIN NATS USER JWT-----\n(\S+)\n[^]*NKEY SEED-----\n(\S+)\n/.exec(text) ?? [];
  assertEquals(seed, keys.admin.seed);
  assertEquals(decodeJwt("account", jwt)?.sub, keys.admin.publicKey);
  assertEquals(decode(jwt).iss, keys.issuer.publicKey);
  await Deno.remove(adminCredsFile(dir));
  (await openKeyFolder(dir)).orThrow();
  assertEquals(await Deno.readTextFile(adminCredsFile(dir)), text);
  await Deno.writeTextFile(adminCredsFile(dir), "of other keys");
  (await openKeyFolder(dir)).orThrow();
  assertEquals(await Deno.readTextFile(adminCredsFile(dir)), text);
});

Deno.test("neither printing keys nor writing them as JSON shows a secret", () => {
  const keys = generateKeyMaterial(1000);
  const shown = Deno.inspect(keys, { depth: 9, showHidden: true }) + JSON.stringify(keys);
  assert(shown.includes(keys.admin.publicKey));
  assert(!seedsOf(keys).some((seed) => shown.includes(seed)));
});
