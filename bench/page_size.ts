import { fileURLToPath } from "node:url";
import type { Measurement } from "./measure/measurement.ts";
import { alone } from "./measure/row.ts";

const PAGE = fileURLToPath(new URL("page/page.ts", import.meta.url));

/** What a page loads: everything that it needs of Trellis and NATS, minified and compressed. */
export const pageSize: Measurement = async ({ say }) => {
  say("deno bundle");
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["bundle", "--quiet", "--minify", "--platform=browser", PAGE],
  }).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
  const compressed = new Blob([stdout]).stream().pipeThrough(new CompressionStream("gzip"));
  const { size } = await new Response(compressed).blob();
  const target = { of: "figure", limit: 60 } as const;
  return [alone({ name: "script of a page, gzip", unit: "kB", target }, [size / 1000])];
};
