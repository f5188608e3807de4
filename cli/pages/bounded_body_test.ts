import { assertEquals } from "@std/assert";
import { Hono } from "hono";
import { boundedBody } from "./guards.ts";
import type { PageEnv } from "./page_env.ts";

Deno.test("bodies that do not come to an end are given up, and more than a hundred are not waited for", async () => {
  const app = new Hono<PageEnv>();
  app.use(boundedBody<PageEnv>((context, status, why) => context.text(why, status), {
    mostBytes: () => 8,
    mostMs: 20,
  }));
  app.post("/", async (context) => context.text(await context.req.text()));
  const post = async (body: BodyInit) => {
    const headers = { "Content-Length": "5" };
    return await app.fetch(new Request("http://127.0.0.1/", { method: "POST", headers, body }));
  };
  const slow = Array.from({ length: 100 }, () => post(new ReadableStream()));
  assertEquals((await post("hello")).status, 503);
  assertEquals(new Set((await Promise.all(slow)).map(({ status }) => status)), new Set([408]));
  const good = await post("hello");
  assertEquals([good.status, await good.text()], [200, "hello"]);
  const gone = new ReadableStream({ start: (stream) => stream.error(new Error("gone")) });
  assertEquals((await post(gone)).status, 408);
});
