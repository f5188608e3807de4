import { fileURLToPath } from "node:url";

/** A page of this folder as the one script that it loads, minified. */
export async function bundlePage(page: string): Promise<string> {
  const path = fileURLToPath(new URL(page, import.meta.url));
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["bundle", "--quiet", "--minify", "--platform=browser", path],
  }).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
  return new TextDecoder().decode(stdout);
}
