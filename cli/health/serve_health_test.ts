import { assertEquals } from "@std/assert";
import type { Readiness } from "./readiness.ts";
import { serveHealth } from "./serve_health.ts";

Deno.test("probes are answered with what is so at that moment, and other pages beside them", async () => {
  let state: Readiness = {
    ready: false,
    checks: [{ name: "process", ok: false, reason: "starting" }],
  };
  let figures = (): Response => new Response("up 1\n");
  await using server = (await serveHealth({
    port: 0,
    readiness: () => Promise.resolve(state),
    routes: [{ path: "/metrics", answer: () => figures() }],
  })).orThrow();
  const ask = async (path: string) => {
    const answer = await fetch(`${server.url}${path}`);
    return [answer.status, await answer.text()];
  };
  assertEquals(await ask("/livez"), [200, '{"alive":true}']);
  assertEquals(await ask("/readyz"), [503, JSON.stringify(state)]);
  state = { ready: true, checks: [{ name: "process", ok: true }] };
  assertEquals(await ask("/readyz"), [200, JSON.stringify(state)]);
  assertEquals(await ask("/metrics"), [200, "up 1\n"]);
  figures = () => {
    throw new Error("no figures");
  };
  assertEquals(await ask("/metrics"), [500, '{"error":"no figures"}']);
  assertEquals(await ask("/health"), [404, '{"paths":["/livez","/readyz","/metrics"]}']);
});

Deno.test("an address that this machine does not have is an error that names it", async () => {
  const refused = await serveHealth({
    // Of a block that is kept for documents.
    host: "192.0.2.1",
    port: 0,
    readiness: () => Promise.resolve({ ready: true, checks: [] }),
    routes: [],
  });
  assertEquals(refused.isErr() && refused.error.code, "port_unusable");
});
