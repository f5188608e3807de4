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
  const others = ["--allow-import=jsr.io:443"];
  assertEquals(await settings('{ "permissions": { "other": {} } }'), {
    config,
    permissions: [
      ...["--allow-net", "--allow-env", "--allow-read", "--allow-sys"],
      `--deny-read=${join(root, ".trellis")},${configDir() ?? ""}`,
      ...others,
    ],
  });
  assertEquals(await settings('{ "permissions": { /* all */ "services": { "net": true, }, } }'), {
    config,
    permissions: ["--permission-set=services", ...others],
  });
  await Deno.remove(root, { recursive: true });
});
