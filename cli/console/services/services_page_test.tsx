/** @jsxRuntime automatic */
/** @jsxImportSource preact */
import { assertStringIncludes } from "@std/assert";
import { renderToString } from "preact-render-to-string";
import { ServicesList } from "./services_page.tsx";

Deno.test("the list of services says which streams of a cluster stand still", () => {
  const streams = [
    { stream: "KV_a", found: { replicas: 3 }, isLed: true, behind: ["n1"] },
    { stream: "KV_b", isLed: false, behind: [] },
  ];
  const html = renderToString(<ServicesList rows={[]} problems={[]} streams={streams} />);
  assertStringIncludes(html, "Streams: 1 with 3 replicas.");
  assertStringIncludes(html, "no server leads KV_b");
  assertStringIncludes(html, "not up to date on n1");
});
