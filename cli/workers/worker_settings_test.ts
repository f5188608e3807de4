import { join } from "node:path";
import { assertEquals } from "@std/assert";
import { configDir } from "../program/config_dir.ts";
import { workerSettings } from "./worker_settings.ts";

Deno.test("services have the permissions that their project declares, else those to connect and to read", async () => {
  const root = await Deno.realPath(await Deno.makeTempDir({ prefix: "trellis-settings-" }));
  const config = join(root, "deno.json");
  const settings = async (text: string) => {
    await Deno.writeTextFile(config, text);
    return await workerSettings({ root, stateDir: join(root, ".trellis") });
  };
  const kept = [join(root, ".trellis"), join(root, ".trellis", "keys"), configDir() ?? ""].join(
    ",",
  );
  const others = [`--deny-read=${kept}`, `--deny-write=${kept}`, "--allow-import=jsr.io:443"];
  assertEquals(await settings('{ "permissions": { "other": {} } }'), {
    config,
    permissions: [
      ...["--allow-net", "--allow-env", "--allow-read", "--allow-sys"],
      ...others,
    ],
  });
  assertEquals(await settings('{ "permissions": { /* all */ "services": { "net": true, }, } }'), {
    config,
    permissions: ["--permission-set=services", ...others],
  });
  await Deno.remove(root, { recursive: true });
});

Deno.test("services do not reach keys by another name of their folder, whatever their project declares", async () => {
  const root = await Deno.realPath(await Deno.makeTempDir({ prefix: "trellis-settings-" }));
  const project = join(root, "project");
  const link = join(root, "link");
  const elsewhere = join(root, "elsewhere");
  await Deno.mkdir(join(project, ".trellis"), { recursive: true });
  await Deno.mkdir(elsewhere);
  await Deno.symlink(project, link);
  await Deno.symlink(elsewhere, join(project, ".trellis", "keys"));
  await Deno.writeTextFile(join(elsewhere, "keys.json"), "secret");
  await Deno.mkdir(join(project, "assets"));
  await Deno.symlink("../.trellis", join(project, "assets", "state"));
  await Deno.symlink("assets/state", join(project, "again"));
  await Deno.symlink(".trellis/keys/keys.json", join(project, "data.json"));
  await Deno.symlink("program.ts", join(project, "other.ts"));
  await Deno.writeTextFile(
    join(project, "deno.json"),
    '{ "permissions": { "services": { "read": true } } }',
  );
  const paths = [
    join(elsewhere, "keys.json"),
    ...[project, link].flatMap((dir) => [
      join(dir, ".trellis", "keys", "keys.json"),
      join(dir, "assets", "state", "keys", "keys.json"),
      join(dir, "again", "keys", "keys.json"),
      join(dir, "data.json"),
    ]),
  ];
  const program = join(project, "program.ts");
  await Deno.writeTextFile(
    program,
    `for (const path of ${JSON.stringify([...paths, program, join(project, "other.ts")])}) {
      console.log(await Deno.readTextFile(path).then(() => "read", ({ name }) => name));
    }`,
  );
  const settings = await workerSettings({ root: link, stateDir: join(link, ".trellis") });
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--no-prompt",
      "--config",
      settings.config ?? "",
      ...settings.permissions,
      program,
    ],
  }).output();
  const denied = paths.map(() => "NotCapable");
  assertEquals(new TextDecoder().decode(stdout).trim().split("\n"), [...denied, "read", "read"]);
  await Deno.remove(root, { recursive: true });
});
