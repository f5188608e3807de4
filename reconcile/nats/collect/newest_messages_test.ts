import { jetstream, jetstreamManager } from "@nats-io/jetstream";
import { Kvm } from "@nats-io/kv";
import { assertRejects } from "@std/assert";
import { MessagingTestServer } from "../../../tests/support/messaging_server.ts";
import { TcpProxy } from "../../../tests/support/tcp_proxy.ts";
import { openConnection } from "../../../runtime/nats/connection.ts";
import "../../../runtime/host/deno_host.ts";
import { newestMessages } from "./newest_messages.ts";

Deno.test("newest messages that are lost with the connection are said to be missed", async () => {
  await using server = await MessagingTestServer.start();
  await using proxy = new TcpProxy(server.url, () => ({}));
  const kv = await new Kvm(jetstream(await server.plain())).create("cut");
  const text = "x".repeat(2000);
  await Promise.all(Array.from({ length: 1500 }, (_, at) => kv.put(`${at}`, text)));
  const connection = (await openConnection({ servers: proxy.url, name: "test" })).orThrow();
  const manager = await jetstreamManager(connection);
  const newest = { stream: "KV_cut", filters: ["$KV.cut.>"], headersOnly: false };
  const read = async () => {
    let count = 0;
    for await (const _ of newestMessages(manager, newest)) if (++count === 1) proxy.cut();
    if (count === 1500) throw new Error("missed nothing, as all had come before");
  };
  await assertRejects(read, Error, "missed");
  await connection.close();
});
