import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertMatch,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { Type } from "@sinclair/typebox";
import {
  type BodyOf,
  type DefinedHandlers,
  defineHandlers,
  defineServiceContract,
  err,
  isErr,
  type Log,
  normalizePageQuery,
  ok,
  PageRequestSchema,
  RemoteError,
  type RequestContext,
  TransportError,
  TrellisClient,
  TrellisError,
  TrellisService,
  UnexpectedError,
  ValidationError,
} from "../../mod.ts";
import { connect, deploy, provision } from "../support/deployed.ts";
import { PlainClient } from "../support/nats/plain_client.ts";
import { RawBuckets } from "../support/nats/raw_buckets.ts";
import { NotFoundError, Order, ordersRpc } from "../support/orders_rpc.ts";
import { TrellisServer } from "../support/trellis_server.ts";
import { until } from "../support/until.ts";

type Orders = BodyOf<typeof ordersRpc>;
type Handlers = DefinedHandlers<Orders, undefined>["handlers"]["rpc"];

const stored = defineHandlers(ordersRpc, {
  rpc: {
    "Orders.Create": async ({ input, client }) => {
      await client.kv.orders.put(input.orderId, input).orThrow();
      return ok(input);
    },
    "Orders.Get": async ({ input, client }) => {
      const entry = await client.kv.orders.get(input.orderId).take();
      return isErr(entry) ? err(new NotFoundError(input)) : ok(entry.value);
    },
  },
});

/** The ordinary handlers, with some replaced. */
function withHandlers(rpc: Partial<Handlers>) {
  return defineHandlers(ordersRpc, { rpc: { ...stored.handlers.rpc, ...rpc } });
}

function clientOf(server: TrellisServer) {
  return TrellisClient.connect({ contract: ordersRpc, trellisUrl: server.url }).orThrow();
}

/** Collects what is logged. */
class Lines implements Log {
  readonly all: { message: string; fields: Readonly<Record<string, unknown>> }[] = [];
  info(): void {}
  warn(message: string, fields = {}): void {
    this.all.push({ message, fields });
  }
  error(message: string, fields = {}): void {
    this.all.push({ message, fields });
  }
}

Deno.test("a plain NATS client calls an RPC and reads plain JSON, and errors in headers", async () => {
  await using server = await TrellisServer.start();
  await using _service = await deploy(server, ordersRpc, stored);
  await using plain = await PlainClient.connect(server.url);
  assertEquals(await plain.request("rpc.v1.Orders.Create.me", '{"orderId":"a"}'), {
    text: '{"orderId":"a"}',
    error: "",
    code: "",
  });
  const failed = await plain.request("rpc.v1.Orders.Get.me", '{"orderId":"zz"}');
  assertEquals([failed.error, failed.code], ["NotFoundError", "422"]);
  assertEquals(JSON.parse(failed.text), {
    type: "NotFoundError",
    message: "there is no order zz",
    orderId: "zz",
  });
});

Deno.test("a body that is not JSON, not UTF-8 or of another shape is a ValidationError, and no handler runs", async () => {
  await using server = await TrellisServer.start();
  let runs = 0;
  const handlers = withHandlers({
    "Orders.Get": ({ input }) => {
      runs++;
      return ok({ orderId: input.orderId });
    },
  });
  await using _service = await deploy(server, ordersRpc, handlers);
  await using plain = await PlainClient.connect(server.url);
  const wrong: readonly (string | Uint8Array)[] = [
    "",
    "{",
    "nothing",
    new Uint8Array([0xff, 0xfe, 0x00]),
    // Valid JSON but for a byte that is no UTF-8.
    new Uint8Array([...new TextEncoder().encode('{"orderId":"'), 0x80, 0x22, 0x7d]),
    "null",
    "[]",
    '"text"',
    "{}",
    '{"orderId":1}',
    // Reading these would change them.
    '{"orderId":"a","orderId":"b"}',
    '{"orderId":"a","n":9007199254740993}',
    '{"orderId":"a","n":1e400}',
  ];
  for (const body of wrong) {
    const { text, error, code } = await plain.request("rpc.v1.Orders.Get.me", body);
    assertEquals([error, code], ["ValidationError", "400"], String(body));
    const { type, message, issues } = JSON.parse(text);
    assertEquals(type, "ValidationError");
    assertStringIncludes(message, "Orders.Get");
    assert(issues.length > 0);
  }
  assertEquals(runs, 0);
});

Deno.test("an input that does not fit is refused by the caller before anything is sent", async () => {
  await using server = await TrellisServer.start();
  await using client = await clientOf(server);
  // Nobody serves it: that the answer is not "unavailable" tells that nothing was sent.
  const result = await client.rpc.orders.get({ orderId: 1 as never });
  assert(result.isErr());
  assertInstanceOf(result.error, ValidationError);
  assertEquals(result.error.issues[0]?.path, "/orderId");
});

Deno.test("a large body goes through where the server takes it, and is a clear error where not", async () => {
  const note = "x".repeat(2 * 1024 * 1024);
  {
    await using server = await TrellisServer.start({ maxPayload: 8 * 1024 * 1024 });
    const echo = withHandlers({ "Orders.Create": ({ input }) => ok(input) });
    await using _service = await deploy(server, ordersRpc, echo);
    await using client = await clientOf(server);
    assertEquals((await client.rpc.orders.create({ orderId: "a", note }).orThrow()).note, note);
  }
  await using server = await TrellisServer.start();
  const large = withHandlers({ "Orders.Get": ({ input }) => ok({ ...input, note }) });
  await using _service = await deploy(server, ordersRpc, large);
  await using client = await clientOf(server);
  const codes: unknown[] = [];
  for (
    const result of [
      await client.rpc.orders.create({ orderId: "a", note }),
      await client.rpc.orders.get({ orderId: "a" }),
    ]
  ) codes.push(result.isErr() && result.error instanceof TransportError && result.error.code);
  assertEquals(codes, Array(2).fill("trellis.rpc.payload_too_large"));
  assertEquals(await client.rpc.orders.create({ orderId: "a" }).orThrow(), { orderId: "a" });
});

Deno.test("a handler that throws is an UnexpectedError; the cause is logged under its id and stays here", async () => {
  await using server = await TrellisServer.start();
  const log = new Lines();
  const cause = new Error("the secret of the database");
  const handlers = withHandlers({
    "Orders.Get": () => {
      throw cause;
    },
    "Orders.Create": () => Promise.reject(cause),
  });
  await using _service = await deploy(server, ordersRpc, handlers, { log });
  await using client = await clientOf(server);
  for (
    const result of [
      await client.rpc.orders.get({ orderId: "a" }, { requestId: "req-1" }),
      await client.rpc.orders.create({ orderId: "a" }, { requestId: "req-1" }),
    ]
  ) {
    assert(result.isErr());
    assertInstanceOf(result.error, UnexpectedError);
    assertEquals(result.error.id, "req-1");
    assert(!JSON.stringify(result.error).includes("secret"));
  }
  assertEquals(log.all.map(({ fields }) => [fields.requestId, fields.cause]), [
    ["req-1", cause],
    ["req-1", cause],
  ]);
});

Deno.test("a handler that hangs is answered for in time, and its signal is aborted", async () => {
  await using server = await TrellisServer.start();
  const aborted = Promise.withResolvers<unknown>();
  const handlers = withHandlers({
    "Orders.Get": ({ context }) =>
      new Promise((resolve) => {
        context.signal.addEventListener("abort", () => {
          aborted.resolve(context.signal.reason);
          // Too late: the caller has its answer.
          resolve(ok({ orderId: "late" }));
        });
      }),
  });
  await using _service = await deploy(server, ordersRpc, handlers, { handlerTimeoutMs: 50 });
  await using client = await clientOf(server);
  const result = await client.rpc.orders.get({ orderId: "a" }, { timeoutMs: 20_000 });
  assert(result.isErr());
  assertInstanceOf(result.error, UnexpectedError);
  assertInstanceOf(await aborted.promise, DOMException);
  assertEquals(await client.rpc.orders.create({ orderId: "b" }).orThrow(), { orderId: "b" });
});

Deno.test("an output that does not fit, an error that is none and no result at all are UnexpectedErrors", async () => {
  await using server = await TrellisServer.start();
  const log = new Lines();
  class Odd extends TrellisError {
    override readonly name = "Odd";
    override toSerializable(): never {
      throw new Error("cannot be written");
    }
  }
  const wrong: unknown[] = [
    ok({ orderId: 1 }),
    ok(undefined),
    ok({ orderId: "a", note: 1n }),
    err("text"),
    err(new Error("plain")),
    err(new Odd()),
    undefined,
    { orderId: "a" },
  ];
  let next = 0;
  // The compiler refuses all of these; a handler in JavaScript may return them.
  const handlers = withHandlers({ "Orders.Get": () => wrong[next] as never });
  await using _service = await deploy(server, ordersRpc, handlers, { log });
  await using client = await clientOf(server);
  for (next = 0; next < wrong.length; next++) {
    const logged = log.all.length;
    const result = await client.rpc.orders.get({ orderId: "a" });
    assert(result.isErr());
    assertInstanceOf(result.error, UnexpectedError, String(next));
    assert(log.all.length > logged);
  }
});

Deno.test("an undeclared error reaches the caller as a RemoteError, and is logged", async () => {
  await using server = await TrellisServer.start();
  const log = new Lines();
  const handlers = withHandlers({
    // Declared by another RPC of the contract, not by this one; the compiler refuses it.
    "Orders.Create": () => err(new NotFoundError({ orderId: "x" })) as never,
  });
  await using _service = await deploy(server, ordersRpc, handlers, { log });
  await using client = await clientOf(server);
  const result = await client.rpc.orders.create({ orderId: "a" });
  assert(result.isErr());
  assertInstanceOf(result.error, RemoteError);
  assertEquals(result.error.payload.orderId, "x");
  assertStringIncludes(log.all[0]?.message ?? "", "NotFoundError is not declared");
});

Deno.test("a service that is away for a moment is waited for, within the caller's time", async () => {
  await using server = await TrellisServer.start();
  await using client = await clientOf(server);
  await provision(await server.authority(), ordersRpc);
  const runs: string[] = [];
  const echo = withHandlers({
    "Orders.Get": ({ input, context }) => {
      runs.push(context.requestId);
      return ok(input);
    },
  });
  const first = await connect(server, ordersRpc, echo);
  // Connected before, so that only the start of its handlers takes of the callers' time.
  await using second = await connect(server, ordersRpc);
  await client.rpc.orders.get({ orderId: "a" }).orThrow();
  await first.stop();
  const call = client.rpc.orders.get({ orderId: "b" }, { requestId: "r-2", timeoutMs: 10_000 });
  const short = await client.rpc.orders.get({ orderId: "c" }, { timeoutMs: 100 });
  assert(short.isErr() && short.error instanceof TransportError);
  // The last attempt may have too little time left for an answer of the server.
  assert(["trellis.rpc.unavailable", "trellis.rpc.timeout"].includes(short.error.code));
  await second.serve(echo);
  assertEquals(await call.orThrow(), { orderId: "b" });
  assertEquals(runs.slice(1), ["r-2"]);
});

Deno.test("no responder is unavailable in seconds; a reply that never comes is a timeout", async () => {
  await using server = await TrellisServer.start();
  await using client = await clientOf(server);
  const unserved = await client.rpc.orders.get({ orderId: "a" }, { timeoutMs: 60_000 });
  assert(unserved.isErr() && unserved.error instanceof TransportError);
  assertEquals([unserved.error.code, unserved.error.retryable], ["trellis.rpc.unavailable", true]);
  const hang = withHandlers({ "Orders.Get": () => new Promise<never>(() => {}) });
  const service = await deploy(server, ordersRpc, hang);
  const late = await client.rpc.orders.get({ orderId: "a" }, { timeoutMs: 50 });
  assert(late.isErr() && late.error instanceof TransportError);
  assertEquals(late.error.code, "trellis.rpc.timeout");
  const gaveUp = AbortSignal.abort();
  const aborted = await client.rpc.orders.get({ orderId: "a" }, { signal: gaveUp });
  assert(aborted.isErr() && aborted.error instanceof TransportError);
  assertEquals(aborted.error.code, "trellis.rpc.aborted");
  await service.stop({ deadlineMs: 1 });
});

Deno.test("requests reach the handlers as soon as serve() has resolved", async () => {
  await using server = await TrellisServer.start();
  await using client = await clientOf(server);
  await provision(await server.authority(), ordersRpc);
  const echo = withHandlers({ "Orders.Get": ({ input }) => ok(input) });
  for (let i = 0; i < 20; i++) {
    await using _service = await connect(server, ordersRpc, echo);
    await client.rpc.orders.get({ orderId: "a" }).orThrow();
  }
});

Deno.test("more requests than may be in work are refused as overloaded", async () => {
  await using server = await TrellisServer.start();
  const gate = Promise.withResolvers<void>();
  const handlers = withHandlers({
    "Orders.Get": async ({ input }) => {
      await gate.promise;
      return ok(input);
    },
  });
  await using _service = await deploy(server, ordersRpc, handlers, { maxInFlight: 3 });
  await using client = await clientOf(server);
  const calls = Array.from({ length: 5 }, (_, i) => client.rpc.orders.get({ orderId: `${i}` }));
  const refused = await Promise.all(calls.slice(3));
  for (const result of refused) {
    assert(result.isErr() && result.error instanceof TransportError);
    assertEquals(result.error.code, "trellis.rpc.overloaded");
  }
  gate.resolve();
  for (const result of await Promise.all(calls.slice(0, 3))) assert(result.isOk());
});

Deno.test("stop() answers every request that has arrived: 500 at once, none lost", async () => {
  await using server = await TrellisServer.start();
  const gate = Promise.withResolvers<void>();
  let arrived = 0;
  const handlers = withHandlers({
    "Orders.Get": async ({ input }) => {
      arrived++;
      await gate.promise;
      return ok(input);
    },
  });
  const service = await deploy(server, ordersRpc, handlers);
  await using client = await clientOf(server);
  const calls = Array.from({ length: 500 }, (_, i) => client.rpc.orders.get({ orderId: `${i}` }));
  await until(() => arrived === 500, "all requests are in work");
  const stopped = service.stop();
  await until(async () => {
    const further = await client.rpc.orders.create({ orderId: "further" });
    return further.isErr() && further.error instanceof TransportError &&
      further.error.code === "trellis.rpc.unavailable";
  }, "no further request is taken");
  gate.resolve();
  const results = await Promise.all(calls);
  assertEquals(results.map((result) => result.orThrow().orderId), calls.map((_, i) => `${i}`));
  await stopped;
});

Deno.test("one of two instances stops under load: every request is answered", async () => {
  await using server = await TrellisServer.start();
  const served = [0, 0];
  const instance = (which: 0 | 1) =>
    withHandlers({
      "Orders.Get": async ({ input }) => {
        served[which]!++;
        await Promise.resolve();
        return ok(input);
      },
    });
  const leaving = await deploy(server, ordersRpc, instance(0));
  await using _staying = await connect(server, ordersRpc, instance(1));
  await using client = await clientOf(server);
  await until(async () => {
    (await client.rpc.orders.get({ orderId: "warm" })).orThrow();
    return served.every((count) => count > 0);
  }, "both instances take requests");
  let stopped: Promise<void> | undefined;
  let failed = 0;
  const worker = async () => {
    for (let i = 0; i < 50; i++) {
      if (i === 20) stopped ??= leaving.stop();
      if ((await client.rpc.orders.get({ orderId: "a" })).isErr()) failed++;
    }
  };
  await Promise.all(Array.from({ length: 10 }, worker));
  await stopped;
  assert(stopped !== undefined);
  assertEquals(failed, 0);
});

Deno.test("a handler that does not end is answered for when stop() runs out of time", async () => {
  await using server = await TrellisServer.start();
  const hang = withHandlers({ "Orders.Get": () => new Promise<never>(() => {}) });
  const service = await deploy(server, ordersRpc, hang);
  await using client = await clientOf(server);
  const call = client.rpc.orders.get({ orderId: "a" }, { timeoutMs: 60_000 });
  // Answered after the hanging one has arrived.
  await client.rpc.orders.create({ orderId: "b" }).orThrow();
  await service.stop({ deadlineMs: 20 });
  const result = await call;
  assert(result.isErr());
  assertInstanceOf(result.error, UnexpectedError);
  await service.stop();
});

Deno.test("NATS is killed under load: clear errors, then the service goes on", async () => {
  await using server = await TrellisServer.start();
  await using _service = await deploy(server, ordersRpc, stored);
  await using client = await clientOf(server);
  await client.rpc.orders.create({ orderId: "kept" }).orThrow();
  const codes = new Set<string>();
  let ended = false;
  let answered = 0;
  const load = Array.from({ length: 20 }, async () => {
    while (!ended) {
      const result = await client.rpc.orders.get({ orderId: "kept" }, { timeoutMs: 1000 });
      if (result.isOk()) answered++;
      else if (result.isErr()) {
        assert(
          result.error instanceof TransportError || result.error instanceof NotFoundError ||
            result.error instanceof UnexpectedError,
          String(result.error),
        );
        codes.add(result.error instanceof TransportError ? result.error.code : result.error.name);
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
    }
  });
  await until(() => answered > 100, "calls are answered");
  await server.kill();
  await until(() => codes.size > 0, "a call fails");
  await server.startAgain();
  const before = answered;
  await until(() => answered > before + 100, "calls are answered again");
  ended = true;
  await Promise.all(load);
  // NotFoundError: the handlers of this test answer so for every failed read.
  const expected = [
    "trellis.connection.down",
    "trellis.connection.lost",
    "trellis.rpc.timeout",
    "trellis.rpc.unavailable",
    "NotFoundError",
  ];
  for (const code of codes) assert(expected.includes(code), code);
  assertEquals(await client.rpc.orders.get({ orderId: "kept" }).orThrow(), { orderId: "kept" });
});

Deno.test("a service stops in good order while NATS is down", async () => {
  await using server = await TrellisServer.start();
  const service = await deploy(server, ordersRpc, stored);
  await server.kill();
  await service.stop({ deadlineMs: 100 });
  await service.wait();
});

Deno.test("a page query out of bounds in a handler is a ValidationError for the caller", async () => {
  await using server = await TrellisServer.start();
  const Page = Type.Object({ limit: Type.Integer() });
  const contract = defineServiceContract({ schemas: { PageRequestSchema, Page } }, (ref) => ({
    id: "pages@v1",
    displayName: "Pages",
    description: "Pages.",
    rpc: {
      "Pages.List": {
        version: "v1",
        input: ref.schema("PageRequestSchema"),
        output: ref.schema("Page"),
      },
    },
  }));
  const handlers = defineHandlers(contract, {
    rpc: { "Pages.List": ({ input }) => ok({ limit: normalizePageQuery(input, 10).limit }) },
  });
  await using _service = await deploy(server, contract, handlers);
  await using client = await TrellisClient.connect({ contract, trellisUrl: server.url }).orThrow();
  assertEquals(await client.rpc.pages.list({ limit: 10 }).orThrow(), { limit: 10 });
  const result = await client.rpc.pages.list({ limit: 11 });
  assert(result.isErr());
  assertInstanceOf(result.error, ValidationError);
  assertStringIncludes(result.error.message, "limit must be an integer from 0 to 10, not 11");
});

Deno.test("a handler knows session, request id, trace and contract of its caller", async () => {
  await using server = await TrellisServer.start();
  const seen: RequestContext[] = [];
  const handlers = withHandlers({
    "Orders.Get": ({ input, context }) => {
      seen.push(context);
      return ok(input);
    },
  });
  await using _service = await deploy(server, ordersRpc, handlers);
  await using client = await clientOf(server);
  const traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
  await client.rpc.orders.get({ orderId: "a" }, { requestId: "req-7", traceparent }).orThrow();
  await client.rpc.orders.get({ orderId: "a" }).orThrow();
  await using plain = await PlainClient.connect(server.url);
  await plain.request("rpc.v1.Orders.Get.someone", '{"orderId":"a"}', { traceparent: "" });
  const [full, bare, foreign] = seen;
  assert(full !== undefined);
  // Nobody knows on an open server.
  assertEquals(await full.caller.contract(), undefined);
  const { session, contractDigest, principal } = full.caller;
  assertEquals([session, contractDigest], [client.session, ordersRpc.digest]);
  assertEquals(principal, { kind: "anonymous", id: "anonymous" });
  assertEquals(await full.caller.can("graph::users.read"), true);
  await assertRejects(() => full.caller.can("users.read"), TypeError, "defines no");
  assertEquals([full?.requestId, full?.traceparent], ["req-7", traceparent]);
  assertEquals(full?.signal.aborted, false);
  assertMatch(bare?.requestId ?? "", /^[0-9A-Z]{26}$/);
  assertEquals(foreign?.caller.session, "someone");
  assertEquals([foreign?.traceparent, foreign?.caller.contractDigest], [undefined, undefined]);
  assertMatch(foreign?.requestId ?? "", /^[0-9A-Z]{26}$/);
});

Deno.test("handlers receive dependencies, by service.with(deps) and by a handlers file", async () => {
  await using server = await TrellisServer.start();
  const explicit = await deploy(server, ordersRpc);
  const { rpc } = explicit.with({ suffix: "!" }).handle;
  rpc.orders.get(({ input, deps }) => ok({ orderId: input.orderId + deps.suffix }));
  explicit.handle.rpc.orders.create(({ input, deps }) => ok({ orderId: input.orderId + deps }));
  await explicit.health();
  await using client = await clientOf(server);
  assertEquals(await client.rpc.orders.get({ orderId: "a" }).orThrow(), { orderId: "a!" });
  assertEquals((await client.rpc.orders.create({ orderId: "a" }).orThrow()).orderId, "aundefined");
  await explicit.stop();
  let made = 0;
  const handlers = defineHandlers(ordersRpc, {
    deps: async () => {
      await Promise.resolve();
      made++;
      return { suffix: "?" };
    },
    rpc: {
      "Orders.Get": ({ input, deps }) => ok({ orderId: input.orderId + deps.suffix }),
      "Orders.Create": ({ input, deps }) => ok({ orderId: deps.suffix + input.orderId }),
    },
  });
  await using _service = await connect(server, ordersRpc, handlers);
  assertEquals(await client.rpc.orders.get({ orderId: "a" }).orThrow(), { orderId: "a?" });
  assertEquals(await client.rpc.orders.create({ orderId: "a" }).orThrow(), { orderId: "?a" });
  assertEquals(made, 1);
});

Deno.test("a handler for one RPC twice is refused", async () => {
  await using server = await TrellisServer.start();
  await using service = await deploy(server, ordersRpc, stored);
  let message = "";
  try {
    service.handle.rpc.orders.get(({ input }) => ok(input));
  } catch (error) {
    message = String(error);
  }
  assertStringIncludes(message, "Orders.Get has a handler already");
});

Deno.test("a service calls another one that it uses, and gets its declared errors", async () => {
  await using server = await TrellisServer.start();
  const shop = defineServiceContract({ schemas: { Order }, errors: { NotFoundError } }, (ref) => ({
    id: "shop@v1",
    displayName: "Shop",
    description: "Sells.",
    uses: { required: { orders: ordersRpc.use({ rpc: { call: ["Orders.Get"] } }) } },
    rpc: {
      "Shop.Show": {
        version: "v1",
        input: ref.schema("Order"),
        output: ref.schema("Order"),
        errors: [ref.error("NotFoundError")],
      },
    },
  }));
  const show = defineHandlers(shop, {
    rpc: {
      "Shop.Show": async ({ input, client }) => {
        const found = await client.rpc.orders.get(input).take();
        if (!isErr(found)) return ok(found);
        if (found.error instanceof NotFoundError) return err(found.error);
        return err(new UnexpectedError({ cause: found.error }));
      },
    },
  });
  await using orders = await deploy(server, ordersRpc, stored);
  await using _shop = await deploy(server, shop, show);
  await orders.kv.orders.put("a", { orderId: "a", note: "n" }).orThrow();
  await using client = await TrellisClient.connect({ contract: shop, trellisUrl: server.url })
    .orThrow();
  assertEquals(await client.rpc.shop.show({ orderId: "a" }).orThrow(), { orderId: "a", note: "n" });
  const missing = await client.rpc.shop.show({ orderId: "b" });
  assert(missing.isErr());
  assertInstanceOf(missing.error, NotFoundError);
  assert(!("create" in client.rpc.orders));
});

Deno.test("service discovery shows the service, its endpoints and what they did", async () => {
  await using server = await TrellisServer.start();
  await using _service = await deploy(server, ordersRpc, stored);
  await using client = await clientOf(server);
  await client.rpc.orders.create({ orderId: "a" }).orThrow();
  await using plain = await PlainClient.connect(server.url);
  const ask = async (subject: string) => JSON.parse((await plain.request(subject, "")).text);
  const ping = await ask("$SRV.PING.orders-service");
  assertEquals([ping.type, ping.name, ping.version], [
    "io.nats.micro.v1.ping_response",
    "orders-service",
    "1.0.0",
  ]);
  assertEquals(ping.metadata, {
    contract: "orders-service@v1",
    digest: ordersRpc.digest,
    deployment: "orders-service",
  });
  assertEquals((await ask("$SRV.PING")).id, ping.id);
  const info = await ask(`$SRV.INFO.orders-service.${ping.id}`);
  assertEquals(info.endpoints.map(({ name, subject }: Record<string, string>) => [name, subject]), [
    ["Orders_Create", "rpc.v1.Orders.Create.*"],
    ["Orders_Get", "rpc.v1.Orders.Get.*"],
  ]);
  const requestId = "01K9ZQ4T0VWXY2A3B4C5D6E7F8";
  const missing = await client.rpc.orders.get({ orderId: "zz" }, { requestId }).take();
  assertEquals(isErr(missing) && missing.error.trace, requestId);
  const { endpoints } = await ask("$SRV.STATS.orders-service");
  assertEquals([endpoints[0].num_requests, endpoints[0].num_errors], [1, 0]);
  assertEquals(endpoints[0].data.name, "Orders.Create");
  assertEquals(endpoints[1].data.errors, { NotFoundError: 1 });
  assertEquals([endpoints[1].num_requests, endpoints[1].num_errors, endpoints[1].last_error], [
    1,
    1,
    "there is no order zz",
  ]);
  assert(endpoints[0].processing_time > 0);
});

Deno.test("health turns unhealthy when a bucket is deleted, and names the check", async () => {
  await using server = await TrellisServer.start();
  await using service = await deploy(server, ordersRpc, stored);
  service.addHealthCheck("own", () => true);
  const healthy = await service.health();
  assertEquals([healthy.healthy, healthy.checks.map(({ name }) => name)], [
    true,
    ["nats", "kv/orders", "handlers", "own"],
  ]);
  await new RawBuckets((await server.connect()).connection).delete("svc_orders_service_orders");
  const sick = await service.health();
  assertEquals(sick.healthy, false);
  const failed = sick.checks.filter((check) => !check.healthy);
  assertEquals(failed.map(({ name }) => name), ["kv/orders"]);
  assertStringIncludes(failed[0]?.message ?? "", "does not exist");
  service.addHealthCheck("own", () => Promise.reject(new Error("out of paper")));
  const own = (await service.health()).checks.find(({ name }) => name === "own");
  assertEquals([own?.healthy, own?.message], [false, "out of paper"]);
});

Deno.test("connect fails as missing, outdated or refused, each with what to do", async () => {
  const attempt = async (servers: string, contract = ordersRpc) => {
    const result = await TrellisService.connect({ contract, trellisUrl: servers });
    assert(result.isErr());
    assertInstanceOf(result.error, TransportError);
    assert(result.error.hint.length > 0);
    return result.error.code;
  };
  await using server = await TrellisServer.start();
  const { url } = server;
  assertEquals(await attempt(url), "trellis.bind.missing");
  const authority = await server.authority();
  const other = defineServiceContract({}, () => ({
    id: "orders-service@v1",
    displayName: "Orders",
    description: "Another version.",
  }));
  await provision(authority, other);
  assertEquals(await attempt(url), "trellis.bind.outdated");
  await provision(authority, ordersRpc);
  await (await connect(server, ordersRpc)).stop();
  await server.kill();
  assertEquals(await attempt(url), "trellis.connection.refused");
});

Deno.test("connect waits for the server and for acceptance, as long as it is asked to", async () => {
  await using server = await TrellisServer.start();
  await server.kill();
  const options = { trellisUrl: server.url, waitMs: 20_000 };
  const connecting = TrellisService.connect({ contract: ordersRpc, ...options });
  const calling = TrellisClient.connect({ contract: ordersRpc, ...options });
  await server.startAgain();
  await using client = await calling.orThrow();
  assertEquals(client.rpc.orders !== undefined, true);
  const early = await TrellisService.connect({ contract: ordersRpc, ...options, waitMs: 100 });
  assert(early.isErr());
  assertEquals(early.error.code, "trellis.bind.missing");
  await provision(await server.authority(), ordersRpc);
  await using service = await connecting.orThrow();
  assertEquals(service.deployment, "orders-service");
});
