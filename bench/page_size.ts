import type { Measurement } from "./measure/measurement.ts";
import { alone } from "./measure/row.ts";
import { bundlePage } from "./page/bundle_page.ts";

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
  const script = new Blob([await bundlePage(page)]);
  const compressed = script.stream().pipeThrough(new CompressionStream("gzip"));
  return (await new Response(compressed).blob()).size / 1000;
}
