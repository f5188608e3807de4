import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { scaffoldNames } from "../../../cli/init/names.ts";
import { packageSource } from "../../../cli/init/package_source.ts";
import { scaffold } from "../../../cli/init/scaffold.ts";

const FILES = [
  "schemas.ts",
  "contracts/plant.ts",
  "contracts/load.ts",
  "handlers/plant.ts",
  "load.ts",
];

/** Writes the project that is rolled through, to run with the code of a checkout. */
export async function writeProject(dir: string, checkout: string): Promise<void> {
  for (const folder of ["contracts", "handlers", ".trellis/keys", ".trellis/seeds"]) {
    await Deno.mkdir(join(dir, folder), { recursive: true, mode: 0o700 });
  }
  const source = packageSource(dir, pathToFileURL(join(checkout, "/")).href);
  const files = scaffold(scaffoldNames("plant").orThrow(), source);
  const config = files.find(({ path }) => path === "deno.json")?.text ?? "";
  await Deno.writeTextFile(join(dir, "deno.json"), config);
  for (const file of FILES) {
    await Deno.copyFile(
      fileURLToPath(new URL(`./project/${file}`, import.meta.url)),
      join(dir, file),
    );
  }
}
