import { assert, assertEquals, assertInstanceOf, assertRejects } from "@std/assert";
import {
  AuthorizationError,
  connect,
  ConnectionError,
  InvalidArgumentError,
  RequestError,
} from "@nats-io/transport-deno";
import { NatsServer } from "./testing/nats_server.ts";

Deno.test.sanitizer({ ops: true, resources: true });

Deno.test("a request is answered", async () => {
  await using server = await NatsServer.start();
  await using nc = await connect({ servers: server.address });
  nc.subscribe("double", {
    callback: (_err, msg) => void msg.respond(String(Number(msg.string()) * 2)),
  });
  assertEquals((await nc.request("double", "21")).string(), "42");
  const err = await assertRejects(() => nc.request("nobody"), RequestError);
  assert(err.isNoResponders());
});

Deno.test("a host name is resolved", async () => {
  await using server = await NatsServer.start();
  await using nc = await connect({ servers: `localhost:${server.port}` });
  await nc.flush();
  assertEquals(nc.getServer(), `localhost:${server.port}`);
});

Deno.test("a refused connection is a ConnectionError with the cause", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  listener.close();
  const err = await assertRejects(
    () => connect({ servers: `127.0.0.1:${port}` }),
    ConnectionError,
    "connection refused",
  );
  assertInstanceOf(err.cause, Deno.errors.ConnectionRefused);
});

Deno.test("an unknown host is a ConnectionError that names it", async () => {
  const err = await assertRejects(
    () => connect({ servers: "no-such-host.invalid:4222" }),
    ConnectionError,
    "no-such-host.invalid:4222",
  );
  assertInstanceOf(err.cause, Error);
});

Deno.test("the first server of the pool that answers is used", async () => {
  await using server = await NatsServer.start();
  await using nc = await connect({ servers: ["127.0.0.1:1", server.address], noRandomize: true });
  assertEquals(nc.getServer(), server.address);
});

Deno.test("wrong credentials are an AuthorizationError, again and again", async () => {
  await using server = await NatsServer.start(`authorization { user: a, password: right }`);
  for (let attempt = 0; attempt < 20; attempt++) {
    await assertRejects(
      () => connect({ servers: server.address, user: "a", pass: "wrong" }),
      AuthorizationError,
    );
  }
  await using nc = await connect({ servers: server.address, user: "a", pass: "right" });
  await nc.flush();
});

Deno.test("websocket addresses and options that contradict each other are refused", async () => {
  await assertRejects(
    () => connect({ servers: "ws://127.0.0.1:1" }),
    InvalidArgumentError,
    "wsconnect",
  );
  await assertRejects(
    () => connect({ servers: "127.0.0.1:1", port: 1 }),
    InvalidArgumentError,
    "mutually exclusive",
  );
});

Deno.test("what was published right before the close arrives", async () => {
  await using server = await NatsServer.start();
  await using receiver = await connect({ servers: server.address });
  const got: number[] = [];
  const all = Promise.withResolvers<void>();
  receiver.subscribe("last", {
    callback: (_err, msg) => {
      got.push(msg.data.length);
      if (got.length === 200) all.resolve();
    },
  });
  await receiver.flush();

  const sender = await connect({ servers: server.address });
  const payload = new Uint8Array(100_000);
  // Above the flush threshold of the client core, so that everything has been handed to the transport.
  for (let i = 0; i < 200; i++) sender.publish("last", payload);
  await sender.close();
  await all.promise;
  assert(got.every((size) => size === payload.length));
});

Deno.test("closed() resolves once, and a closed connection refuses work", async () => {
  await using server = await NatsServer.start();
  const nc = await connect({ servers: server.address });
  const closed = nc.closed();
  await nc.close();
  await nc.close();
  assertEquals(await closed, undefined);
  assert(nc.isClosed());
});

Deno.test("a program may reach the server by name with a permission for the name only", async () => {
  await using server = await NatsServer.start();
  const program = `
    import { connect } from "${import.meta.resolve("./mod.ts")}";
    const nc = await connect({ servers: "localhost:${server.port}" });
    await nc.flush();
    await nc.close();
    console.log("done");`;
  const file = await Deno.makeTempFile({ suffix: ".ts" });
  try {
    await Deno.writeTextFile(file, program);
    const config = new URL("./deno.json", import.meta.url).pathname;
    const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "--no-prompt", "--no-lock", "--config", config]
        .concat(`--allow-net=localhost:${server.port}`, file),
    }).output();
    assertEquals(new TextDecoder().decode(stdout), "done\n", new TextDecoder().decode(stderr));
  } finally {
    await Deno.remove(file);
  }
});
