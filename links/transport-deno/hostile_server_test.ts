import { assert, assertEquals, assertInstanceOf, assertRejects } from "@std/assert";
import {
  connect,
  ConnectionError,
  type ConnectionOptions,
  type NatsConnection,
  ProtocolError,
  TimeoutError,
} from "@nats-io/transport-deno";
import { FakeServer, hear, infoLine, say } from "./testing/fake_server.ts";

Deno.test.sanitizer({ ops: true, resources: true });

/** How long the client core waits for the end of the handshake. */
const SHORT: ConnectionOptions = { timeout: 300, reconnect: false };

async function refusal(server: FakeServer, options: ConnectionOptions = SHORT): Promise<Error> {
  return await assertRejects(() => connect({ servers: server.address, ...options }), Error);
}

Deno.test("a server that closes at once is a ConnectionError", async () => {
  await using server = new FakeServer(() => {});
  const err = await refusal(server);
  // A close can also arrive as a reset.
  assertInstanceOf(err, ConnectionError);
});

Deno.test("a server that sends half an INFO and closes is a ConnectionError", async () => {
  await using server = new FakeServer((conn) => say(conn, infoLine().slice(0, 30)));
  assertInstanceOf(await refusal(server), ConnectionError);
});

Deno.test("a server that says nothing is a TimeoutError", async () => {
  await using server = new FakeServer((conn) => hear(conn, "never said"));
  assertInstanceOf(await refusal(server), TimeoutError);
});

Deno.test("a server that is no NATS server is a ProtocolError", async () => {
  for (const text of ["HTTP/1.1 400 Bad Request\r\n\r\n", "INFO {not json}\r\n", "INFO null\r\n"]) {
    await using server = new FakeServer((conn) => say(conn, text));
    assertInstanceOf(await refusal(server), ProtocolError, text);
  }
});

Deno.test("a server that sends bytes without a line break for ever is left", async () => {
  const noise = "x".repeat(65536);
  await using server = new FakeServer(async (conn) => {
    while (true) await say(conn, noise);
  });
  assertInstanceOf(await refusal(server, { ...SHORT, timeout: 5000 }), ProtocolError);
});

Deno.test("a server that closes after INFO ends the attempt", async () => {
  await using server = new FakeServer((conn) => say(conn, infoLine()));
  assertInstanceOf(await refusal(server), Error);
});

Deno.test("a server that closes after INFO ends the attempt of a client that reconnects", async () => {
  await using server = new FakeServer((conn) => say(conn, infoLine()));
  await refusal(server, { timeout: 200, maxReconnectAttempts: 2, reconnectTimeWait: 10 });
});

Deno.test("a server that closes on CONNECT ends the attempt", async () => {
  await using server = new FakeServer(async (conn) => {
    await say(conn, infoLine());
    await hear(conn, "CONNECT");
  });
  assertInstanceOf(await refusal(server), Error);
});

Deno.test("a server that says why before it closes is quoted", async () => {
  await using server = new FakeServer(async (conn) => {
    await say(conn, infoLine());
    await hear(conn, "PING");
    await say(conn, "-ERR 'Authorization Violation'\r\n");
  });
  const err = await refusal(server);
  assertEquals(err.name, "AuthorizationError");
});

Deno.test("garbage instead of the answer to CONNECT ends the attempt", async () => {
  await quietly(async () => {
    await using server = new FakeServer(async (conn) => {
      await say(conn, infoLine());
      await hear(conn, "PING");
      await say(conn, "\u0000\u0001what?\r\n");
      await hear(conn, "never said");
    });
    assertInstanceOf(await refusal(server), ProtocolError);
  });
});

Deno.test("a connection that is cut in the middle of a message reconnects", async () => {
  const payload = "y".repeat(1000);
  await using server = new FakeServer(async (conn) => {
    await say(conn, infoLine());
    await hear(conn, "PING");
    await say(conn, "PONG\r\n");
    await hear(conn, "SUB");
    const whole = `MSG cut 1 ${payload.length}\r\n${payload}\r\n`;
    if (server.accepted === 1) return await say(conn, whole.slice(0, 200));
    await say(conn, whole);
    await hear(conn, "never said");
  });
  await using nc = await closing({ servers: server.address, reconnectTimeWait: 10 });
  const got = Promise.withResolvers<string>();
  nc.subscribe("cut", { callback: (_err, msg) => got.resolve(msg.string()) });
  assertEquals(await got.promise, payload);
  assertEquals(server.accepted, 2);
});

Deno.test("garbage on a working connection makes the client connect again", async () => {
  await quietly(async () => {
    await using server = new FakeServer(async (conn) => {
      await say(conn, infoLine());
      await hear(conn, "PING");
      await say(conn, "PONG\r\n");
      if (server.accepted === 1) await say(conn, "garbage\r\n");
      await hear(conn, "never said");
    });
    await using nc = await closing({ servers: server.address, reconnectTimeWait: 10 });
    for await (const status of nc.status()) {
      if (status.type === "reconnect") break;
    }
    assertEquals(server.accepted, 2);
  });
});

Deno.test("a message that comes byte by byte is read whole", async () => {
  await using server = new FakeServer(async (conn) => {
    for (const part of infoLine()) await say(conn, part);
    await hear(conn, "PING");
    await say(conn, "PONG\r\n");
    await hear(conn, "SUB");
    for (const part of "MSG slow 1 5\r\nhello\r\n") await say(conn, part);
    await hear(conn, "never said");
  });
  await using nc = await closing({ servers: server.address });
  const got = Promise.withResolvers<string>();
  nc.subscribe("slow", { callback: (_err, msg) => got.resolve(msg.string()) });
  assertEquals(await got.promise, "hello");
});

Deno.test("a server that wants TLS and does not speak it is a ConnectionError", async () => {
  await using server = new FakeServer(async (conn) => {
    await say(conn, infoLine({ tls_required: true }));
    await say(conn, "this is no TLS record\r\n".repeat(20));
    await hear(conn, "never said");
  });
  const err = await refusal(server);
  assert(err instanceof ConnectionError || err instanceof ProtocolError, String(err));
});

Deno.test("text that follows INFO in the clear is not taken into an encrypted connection", async () => {
  await using server = new FakeServer(async (conn) => {
    await say(conn, infoLine({ tls_required: true }) + "PONG\r\n");
    await hear(conn, "never said");
  });
  const err = await refusal(server);
  assertInstanceOf(err, ProtocolError);
});

Deno.test("a close waits for a slow server as long as it takes anything", async () => {
  const size = 24 * 1024 * 1024;
  const heard = Promise.withResolvers<number>();
  await using server = new FakeServer(async (conn) => {
    await say(conn, infoLine());
    await hear(conn, "PING");
    await say(conn, "PONG\r\n");
    const buffer = new Uint8Array(1024 * 1024);
    let count = 0;
    for (let got = await conn.read(buffer); got !== null; got = await conn.read(buffer)) {
      count += got;
      await new Promise((resolve) => setTimeout(resolve, got / 20_000));
    }
    heard.resolve(count);
  });
  const nc = await connect({ servers: server.address });
  const payload = new Uint8Array(1024 * 1024);
  for (let sent = 0; sent < size; sent += payload.length) nc.publish("slow", payload);
  await nc.close();
  assert(await heard.promise > size);
});

/** A connection that is closed, not drained: these servers answer no farewell. */
async function closing(options: ConnectionOptions): Promise<NatsConnection & AsyncDisposable> {
  const nc = await connect(options);
  return Object.assign(nc, { [Symbol.asyncDispose]: () => nc.close() });
}

/** Keeps what the client core logs about a broken stream out of the test report. */
async function quietly(fn: () => Promise<void>): Promise<void> {
  const log = console.log;
  console.log = () => {};
  try {
    await fn();
  } finally {
    console.log = log;
  }
}
