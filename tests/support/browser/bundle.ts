import { fileURLToPath } from "node:url";

/**
 * A module and all that it imports as one script.
 *
 * @param entry its address
 */
export async function bundle(entry: URL, platform: "browser" | "node"): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["bundle", "--quiet", "--format=esm", `--platform=${platform}`, fileURLToPath(entry)],
  }).output();
  if (!success) throw new Error(`${entry} cannot be bundled: ${new TextDecoder().decode(stderr)}`);
  return new TextDecoder().decode(stdout);
}
