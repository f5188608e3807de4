import { assertEquals } from "@std/assert";
import { IdleFlood } from "../../tests/support/platform/idle_flood.ts";
import { until } from "../../tests/support/until.ts";
import { listen, type ListenOptions } from "./listen.ts";

/** Says from where it was asked, and what was sent. */
const ECHO = async (request: Request, address: string) =>
  new Response(`${address} ${await request.text()}`);

async function serve(options: Partial<ListenOptions> = {}) {
  return (await listen({ port: 0, answer: ECHO, option: "--port", ...options })).orThrow();
}

async function text(url: string, init?: RequestInit): Promise<string> {
  return await (await fetch(url, init)).text();
}

Deno.test("whoever opens connections and says nothing, or half of a request, keeps nobody out", async () => {
  await using server = await serve({ bounds: { connections: 20 } });
  using silent = await IdleFlood.open(server.url, 60);
  using halting = await IdleFlood.open(server.url, 60, "POST / HTTP/1.1\r\nHost: here\r\n");
  assertEquals(await text(server.url, { method: "POST", body: "a" }), "127.0.0.1 a");
  await until(() => silent.closed + halting.closed > 100, "20 connections are left");
});

Deno.test("a connection is closed whose request does not come, or does not come to its end", async () => {
  const bounds = { headersMs: 100, requestMs: 200, idleMs: 100 };
  await using server = await serve({ bounds });
  for (
    const said of [
      "",
      "GET / HTTP/1.1\r\nHost: here\r\n",
      "POST / HTTP/1.1\r\nHost: here\r\nContent-Length: 9\r\n\r\nabc",
      "GET / HTTP/1.1\r\nHost: here\r\n\r\n",
    ]
  ) {
    using flood = await IdleFlood.open(server.url, 1, said);
    await until(() => flood.closed === 1, `closed after ${JSON.stringify(said)}`);
  }
});

Deno.test("a connection may wait longer for its next request than the headers of one may take", async () => {
  await using server = await serve({ bounds: { headersMs: 100 } });
  const connection = await Deno.connect({ port: Number(new URL(server.url).port) });
  const ask = async () => {
    await connection.write(new TextEncoder().encode("GET / HTTP/1.1\r\nHost: here\r\n\r\n"));
    const buffer = new Uint8Array(1000);
    return new TextDecoder().decode(buffer.subarray(0, await connection.read(buffer) ?? 0));
  };
  const first = await ask();
  // Others are closed for that by now.
  using silent = await IdleFlood.open(server.url, 1);
  await until(() => silent.closed === 1, "a connection that says nothing is closed");
  for (const answer of [first, await ask()]) assertEquals(answer.slice(0, 15), "HTTP/1.1 200 OK");
  connection.close();
});

Deno.test("one address has a few requests in work, streams included, and leaves the rest to others", async () => {
  const answer = () => new Response(new ReadableStream({ start: (to) => to.enqueue(SPACE) }));
  await using server = await serve({ answer, behindProxy: true, bounds: { perAddress: 2 } });
  const open = async (address: string) =>
    await fetch(server.url, { headers: { "X-Forwarded-For": `made.up, ${address}` } });
  const [first, second, third, elsewhere] = [
    await open("192.0.2.1"),
    await open("192.0.2.1"),
    await open("192.0.2.1"),
    await open("192.0.2.2"),
  ];
  const statuses = [first, second, third, elsewhere].map(({ status }) => status);
  assertEquals(statuses, [200, 200, 503, 200]);
  await third.body?.cancel();
  await first.body?.cancel();
  await until(async () => {
    const again = await open("192.0.2.1");
    await again.body?.cancel();
    return again.status === 200;
  }, "a stream that has ended makes room");
  // The other streams end with the server.
  await server[Symbol.asyncDispose]();
  for (const { body } of [second, elsewhere]) await body?.cancel().catch(() => {});
});

Deno.test("a port that is taken is an error, and free again at the end", async () => {
  await using first = await serve();
  const port = Number(new URL(first.url).port);
  const again = await listen({ port, answer: ECHO, option: "--port" });
  assertEquals(again.isErr() && again.error.code, "port_taken");
  await first[Symbol.asyncDispose]();
  await using _second = await serve({ port });
});

const SPACE = new TextEncoder().encode(" ");
