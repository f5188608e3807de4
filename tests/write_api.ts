/**
 * Writes the TypeScript reference of everything that the package exports, as pages to look at:
 * `deno task api`, then open `api/index.html`. Another folder may be named.
 */
const root = new URL("../", import.meta.url);
const [folder = "api"] = Deno.args;
const { exports }: { exports: Record<string, string> } = JSON.parse(
  await Deno.readTextFile(new URL("deno.json", root)),
);
const { code } = await new Deno.Command(Deno.execPath(), {
  args: ["doc", "--html", "--name=Trellis", `--output=${folder}`, ...Object.values(exports)],
  cwd: root,
}).spawn().status;
Deno.exit(code);
