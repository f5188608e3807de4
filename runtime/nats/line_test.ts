import { connect } from "@nats-io/transport-deno";
import { assert, assertEquals } from "@std/assert";
import { TransportError } from "../../contracts/errors/transport_error.ts";
import { err, ok } from "../../contracts/result.ts";
import { MessagingTestServer, patiently } from "../../tests/support/messaging_server.ts";
import { until } from "../../tests/support/until.ts";
import { shared } from "../../tests/support/shared.ts";
import { TcpProxy } from "../../tests/support/tcp_proxy.ts";
import { announceService } from "../rpc/nats/service_discovery.ts";
import { serveSubject } from "../rpc/nats/served_subject.ts";
import { EncodedHeaders } from "./headers/prepared_headers.ts";
import { Line } from "./line.ts";

const server = shared(() => MessagingTestServer.start());

Deno.test("requests in flight while caller and service renew are all answered", async () => {
  const service = await (await server()).messaging();
  const caller = await (await server()).messaging();
  const served = serveSubject(service, "rpc.v1.Echo.*", "echo", (request) => {
    const text = request.text() ?? "";
    if (Number(text) % 3 === 0) request.reply(text);
    else setTimeout(() => request.reply(text), Number(text) % 7);
  });
  await service.flush();
  let sent = 0;
  let isOver = false;
  const subject = `rpc.v1.Echo.${caller.session}`;
  const calls = Array.from({ length: 32 }, async () => {
    while (!isOver) {
      const body = String(sent++);
      assertEquals((await caller.request(subject, body, patiently())).orThrow().text, body);
    }
  });
  const first = [caller.connection, service.connection];
  for (let i = 0; i < 20; i++) {
    assertEquals(await Promise.all([caller.renew(), service.renew()]), [true, true]);
  }
  isOver = true;
  await Promise.all(calls);
  assert(sent > 200, `${sent} requests`);
  await until(() => first.every((old) => old.isClosed()), "the connections before are closed");
  assertEquals([caller.connection.isClosed(), caller.waiting], [false, 0]);

  await served.stop();
  const gone = await caller.request(subject, "0", patiently());
  assertEquals(gone.isErr() && gone.error.code, "trellis.rpc.unavailable");
});

Deno.test("what is published while a connection is replaced arrives once and in order", async () => {
  const { url } = await server();
  const direct = () => connect({ servers: url });
  // Slow from the moment on at which the server is asked whether it has everything.
  let isAsked = false;
  let slow: PromiseWithResolvers<void> | undefined;
  await using proxy = new TcpProxy(url, () => ({
    async fromClient(bytes) {
      await slow?.promise;
      if (isAsked && new TextDecoder().decode(bytes).includes("PING")) {
        slow = Promise.withResolvers();
      }
      return bytes;
    },
    async fromServer(bytes) {
      if (slow !== undefined) await new Promise((resolve) => setTimeout(resolve, 20));
      return bytes;
    },
  }));
  const line = new Line(await connect({ servers: proxy.url }), async () => ok(await direct()));
  const received: (string | undefined)[][] = [];
  const listener = await direct();
  listener.subscribe("numbers", {
    callback: (_, msg) => {
      received.push([msg.string(), msg.headers?.get("Number")]);
    },
  });
  await listener.flush();
  let sent = 0;
  // One object for all messages, as senders have it.
  const headers = new EncodedHeaders();
  const publish = () => {
    headers.bytes = new TextEncoder().encode(`NATS/1.0\r\nNumber: ${sent}\r\n\r\n`);
    line.publish("numbers", String(sent++), { headers });
  };
  const publishing = setInterval(publish, 1);
  isAsked = true;
  assert(await line.renew());
  clearInterval(publishing);
  publish();
  await line.flush();
  slow?.resolve();
  await until(() => received.length >= sent, "all have arrived");
  assertEquals(received, Array.from({ length: sent }, (_, i) => [`${i}`, `${i}`]));
  await Promise.all([line.close(), listener.close()]);
});

Deno.test("what subscribes while a connection is replaced is subscribed afterwards", async () => {
  const { line } = await (await server()).messaging();
  const heard: string[] = [];
  const renewed = line.renew();
  while (heard.length === 0) {
    const subject = `late.${line.connection.info?.client_id}`;
    line.subscribe("late.*", { callback: (_, msg) => heard.push(msg.subject) });
    await line.flush();
    line.publish(subject);
    await line.flush();
  }
  assert(await renewed);
  heard.length = 0;
  line.publish("late.afterwards");
  await until(() => heard.includes("late.afterwards"), "it is heard");
});

Deno.test("discovery finds a service whose connection was replaced, until it stops", async () => {
  const service = await (await server()).messaging();
  const announcement = announceService(service.line, {
    name: "renewed",
    id: service.session,
    version: "1.0.0",
    description: "",
    metadata: {},
    started: new Date(),
    endpoints: [],
  });
  assert(await service.renew());
  const tool = await (await server()).plain();
  const answer = (await tool.request("$SRV.PING.renewed")).json<{ id: string }>();
  assertEquals(answer.id, service.session);
  await announcement.stop();
  const none = await tool.request("$SRV.PING.renewed").then(() => "answered", () => "no answer");
  assertEquals(none, "no answer");
});

Deno.test("a renewal that comes to nothing changes nothing", async () => {
  const connection = await (await server()).plain();
  const refused = new TransportError({
    message: "refused",
    code: "trellis.connection.refused",
    hint: "",
  });
  const line = new Line(connection, () => Promise.resolve(err(refused)));
  assertEquals([await line.renew(), line.connection], [false, connection]);
  await line.flush();
  await line.close();
  assertEquals([await line.renew(), await line.closed()], [false, undefined]);
});

Deno.test("closing while a connection is replaced leaves none open", async () => {
  const messaging = await (await server()).messaging();
  const renewals = [messaging.renew(), messaging.renew()];
  await messaging.close();
  await Promise.all(renewals);
  assertEquals(messaging.connection.isClosed(), true);
  assertEquals(await messaging.closed(), undefined);
});
