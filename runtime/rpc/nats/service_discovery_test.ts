import { assertEquals, assertMatch, assertThrows } from "@std/assert";
import type { NatsConnection } from "@nats-io/transport-deno";
import { MessagingTestServer } from "../../../tests/support/messaging_server.ts";
import {
  type AnnouncedService,
  announceService,
  discoveryEndpointName,
  discoveryIdentity,
} from "./service_discovery.ts";

const figures = {
  num_requests: 3,
  num_errors: 1,
  last_error: "422:too small",
  processing_time: 3000,
  average_processing_time: 1000,
};

function service(id: string): AnnouncedService {
  return {
    ...discoveryIdentity("acme.orders@v2"),
    id,
    description: "Takes orders.",
    metadata: { "trellis.contract": "acme.orders@v2" },
    started: new Date("2030-01-02T03:04:05.678Z"),
    endpoints: [{
      name: discoveryEndpointName("Orders.Create"),
      subject: "rpc.v1.Orders.Create.*",
      queue_group: "orders",
      stats: () => figures,
    }],
  };
}

const identity = (id: string) => ({
  name: "acme_orders",
  id,
  version: "2.0.0",
  metadata: { "trellis.contract": "acme.orders@v2" },
});

/** Every answer to a discovery request, sorted by instance. */
async function ask(client: NatsConnection, subject: string): Promise<Record<string, unknown>[]> {
  const found: Record<string, unknown>[] = [];
  const replies = await client.requestMany(subject, "", { strategy: "stall", maxWait: 2000 })
    .catch(() => []);
  for await (const reply of replies) {
    if (reply.headers?.code !== 503) found.push(reply.json());
  }
  return found.sort((a, b) => String(a.id).localeCompare(String(b.id)));
}

Deno.test("any client finds the instances of a service and their figures", async () => {
  await using server = await MessagingTestServer.start();
  const { line: one } = await server.messaging();
  const { line: two } = await server.messaging();
  const first = announceService(one, service("a1"));
  announceService(two, service("b2"));
  await Promise.all([one.flush(), two.flush()]);
  const client = await server.plain();

  const ping = (id: string) => ({ type: "io.nats.micro.v1.ping_response", ...identity(id) });
  assertEquals(await ask(client, "$SRV.PING"), [ping("a1"), ping("b2")]);
  assertEquals(await ask(client, "$SRV.PING.acme_orders"), [ping("a1"), ping("b2")]);
  assertEquals(await ask(client, "$SRV.PING.acme_orders.b2"), [ping("b2")]);

  const endpoint = {
    name: "Orders_Create",
    subject: "rpc.v1.Orders.Create.*",
    queue_group: "orders",
  };
  assertEquals(await ask(client, "$SRV.INFO.acme_orders.a1"), [{
    type: "io.nats.micro.v1.info_response",
    ...identity("a1"),
    description: "Takes orders.",
    endpoints: [{ ...endpoint, metadata: {} }],
  }]);
  assertEquals(await ask(client, "$SRV.STATS.acme_orders.a1"), [{
    type: "io.nats.micro.v1.stats_response",
    ...identity("a1"),
    started: "2030-01-02T03:04:05.678Z",
    endpoints: [{ ...endpoint, ...figures }],
  }]);

  await first.stop();
  assertEquals(await ask(client, "$SRV.PING"), [ping("b2")]);
});

Deno.test("contract ids and surface names become names that discovery allows", () => {
  assertEquals(discoveryIdentity("orders@v1"), { name: "orders", version: "1.0.0" });
  assertEquals(discoveryIdentity("acme.orders-service@v12").name, "acme_orders-service");
  assertMatch(discoveryEndpointName("Orders.Items.Add"), /^[A-Za-z0-9_-]+$/);
});

Deno.test("names that discovery does not allow are a bug", async () => {
  await using server = await MessagingTestServer.start();
  const { line } = await server.messaging();
  const wrong = [{ name: "orders@v1" }, { id: "a.b" }, { name: "" }, { version: "v1" }];
  for (const part of wrong) {
    assertThrows(() => announceService(line, { ...service("a1"), ...part }), TypeError);
  }
});
