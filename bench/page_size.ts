import { fileURLToPath } from "node:url";
import type { Measurement } from "./measure/measurement.ts";
import { alone } from "./measure/row.ts";

/** What a page loads: everything that it needs of Trellis and NATS, minified and compressed. */
export const pageSize: Measurement = async ({ say }) => {
  say("deno bundle");
  const target = { of: "figure", limit: 60 } as const;
  return [
    alone({ name: "script of a page, gzip", unit: "kB", target }, [await sizeOf("page.ts")]),
    alone({ name: "the same with `import { Type }`, gzip", unit: "kB" }, [
      await sizeOf("page_of_type_object.ts"),
    ]),
  ];
};

/** Kilobytes of the script of a page. */
async function sizeOf(page: string): Promise<number> {
  const path = fileURLToPath(new URL(`page/${page}`, import.meta.url));
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["bundle", "--quiet", "--minify", "--platform=browser", path],
  }).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
  const compressed = new Blob([stdout]).stream().pipeThrough(new CompressionStream("gzip"));
  return (await new Response(compressed).blob()).size / 1000;
}
