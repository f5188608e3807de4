/**
 * Builds the package for npm, which Node, Bun and pages use: `deno task npm`, then `npm pack` in the folder `npm/`.
 * Another folder may be named. What was there before is removed.
 */
import { resolve } from "node:path";
import { buildPackage } from "./npm/build_package.ts";

const [named = "npm"] = Deno.args;
const folder = resolve(named);
await Deno.remove(folder, { recursive: true }).catch((error) => {
  if (!(error instanceof Deno.errors.NotFound)) throw error;
});
await Deno.mkdir(folder, { recursive: true });
await using _built = await buildPackage(folder);
console.error(`built ${folder}: npm pack there makes an archive`);
