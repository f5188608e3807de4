import { assert, assertEquals, assertRejects } from "@std/assert";
import { connect, type NatsConnection, type Status } from "@nats-io/transport-deno";
import { NatsServer } from "./testing/nats_server.ts";

Deno.test.sanitizer({ ops: true, resources: true });

const FOR_EVER = { reconnectTimeWait: 20, reconnectJitter: 0, maxReconnectAttempts: -1 };

Deno.test("a server that is killed and started again is found again, with all subscriptions", async () => {
  await using server = await NatsServer.start();
  await using nc = await connect({ servers: server.address, ...FOR_EVER });
  nc.subscribe("echo", { callback: (_err, msg) => void msg.respond(msg.data) });
  assertEquals((await nc.request("echo", "before")).string(), "before");
  for (let round = 0; round < 3; round++) {
    const disconnected = statusOf(nc, "disconnect");
    const reconnected = statusOf(nc, "reconnect");
    await server.kill();
    await disconnected;
    await server.restart();
    await reconnected;
    assertEquals((await nc.request("echo", `round ${round}`)).string(), `round ${round}`);
  }
});

Deno.test("a connection without reconnect ends with the server", async () => {
  await using server = await NatsServer.start();
  const nc = await connect({ servers: server.address, reconnect: false });
  await server.kill();
  await nc.closed();
  assert(nc.isClosed());
});

Deno.test("a connection that finds no server any more closes", async () => {
  await using server = await NatsServer.start();
  const nc = await connect({
    servers: server.address,
    reconnectTimeWait: 10,
    maxReconnectAttempts: 3,
  });
  await server.kill();
  const err = await nc.closed();
  assertEquals(err instanceof Error && err.message, "connection refused");
});

Deno.test("a server that is killed under load disturbs nothing but the messages in flight", async () => {
  await using server = await NatsServer.start();
  await using nc = await connect({ servers: server.address, ...FOR_EVER });
  let received = 0;
  nc.subscribe("load", { callback: () => void received++ });
  const payload = new Uint8Array(20_000);
  const reconnected = statusOf(nc, "reconnect");
  for (let i = 0; i < 300; i++) nc.publish("load", payload);
  await server.kill();
  await server.restart();
  await reconnected;
  await nc.flush();
  const before = received;
  nc.publish("load", payload);
  await nc.flush();
  assertEquals(received, before + 1);
});

Deno.test("a server that stopped answering is left after the pings, and found again", async () => {
  await using server = await NatsServer.start();
  await using nc = await connect({
    servers: server.address,
    ...FOR_EVER,
    pingInterval: 50,
    maxPingOut: 2,
    timeout: 300,
  });
  const stale = statusOf(nc, "staleConnection");
  const reconnected = statusOf(nc, "reconnect");
  server.pause();
  await stale;
  server.resume();
  await reconnected;
  await nc.flush();
});

Deno.test("a close while the server takes nothing does not wait for ever", async () => {
  await using server = await NatsServer.start();
  const nc = await connect({ servers: server.address });
  server.pause();
  // More than the buffers of the system hold, so that a write is stuck when the close comes.
  const payload = new Uint8Array(500_000);
  for (let i = 0; i < 40; i++) nc.publish("stuck", payload);
  await nc.close();
  assert(nc.isClosed());
  server.resume();
});

Deno.test("a close while connecting again is final", async () => {
  await using server = await NatsServer.start();
  const nc = await connect({ servers: server.address, ...FOR_EVER });
  const disconnected = statusOf(nc, "disconnect");
  await server.kill();
  await disconnected;
  await nc.close();
  await assertRejects(() => nc.request("anything"));
});

/** Resolves when the connection reports a status of that type. */
async function statusOf(nc: NatsConnection, type: Status["type"]): Promise<void> {
  for await (const status of nc.status()) {
    if (status.type === type) return;
  }
}
