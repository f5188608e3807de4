import { assert, assertEquals, assertInstanceOf } from "@std/assert";
import { type Static, Type } from "@sinclair/typebox";
import {
  AsyncResult,
  defineError,
  defineHandlers,
  defineServiceContract,
  Err,
  err,
  type Log,
  Ok,
  ok,
  RemoteError,
  TransportError,
  TrellisClient,
  TrellisError,
  TrellisService,
  UnexpectedError,
} from "../../mod.ts";
import { deploy, provision } from "../support/deployed.ts";
import { PlainClient } from "../support/nats/plain_client.ts";
import { RawBuckets } from "../support/nats/raw_buckets.ts";
import { NotFoundError, Order, OrderQuery, ordersRpc } from "../support/orders_rpc.ts";
import { TrellisServer } from "../support/trellis_server.ts";

const found = defineHandlers(ordersRpc, {
  rpc: {
    "Orders.Create": ({ input }) => ok(input),
    "Orders.Get": ({ input }) =>
      input.orderId === "a" ? ok(input) : err(new NotFoundError({ orderId: input.orderId })),
  },
});

function clientOf(server: TrellisServer) {
  return TrellisClient.connect({ contract: ordersRpc, trellisUrl: server.url }).orThrow();
}

/** The contract of a later release of the same lineage: more fields, one more error. */
const LaterOrder = Type.Object({
  orderId: Type.String(),
  note: Type.Optional(Type.String()),
  colour: Type.Optional(Type.String()),
});
const LaterNotFound = defineError({
  type: "NotFoundError",
  fields: { orderId: Type.String(), archive: Type.Optional(Type.String()) },
  message: ({ orderId }) => `there is no order ${orderId}`,
});
const BusyError = defineError({
  type: "BusyError",
  fields: { queue: Type.Integer(), tags: Type.Array(Type.String()) },
  message: "try again later",
});
const later = defineServiceContract(
  {
    schemas: { Order: LaterOrder, OrderQuery },
    errors: { NotFoundError: LaterNotFound, BusyError },
  },
  (ref) => ({
    id: "orders-service@v1",
    displayName: "Orders",
    description: "Keeps more orders.",
    rpc: {
      "Orders.Create": { version: "v1", input: ref.schema("Order"), output: ref.schema("Order") },
      "Orders.Get": {
        version: "v1",
        input: ref.schema("OrderQuery"),
        output: ref.schema("Order"),
        errors: [ref.error("NotFoundError"), ref.error("BusyError")],
      },
    },
  }),
);
const laterHandlers = defineHandlers(later, {
  rpc: {
    "Orders.Create": ({ input }) => ok({ ...input, colour: "red" }),
    "Orders.Get": ({ input }) =>
      input.orderId === "busy"
        ? err(new BusyError({ queue: 7, tags: ["x"] }))
        : err(new LaterNotFound({ orderId: input.orderId, archive: "2029" })),
  },
});

Deno.test("[Y51] an older service accepts optional fields that it does not know", async () => {
  await using server = await TrellisServer.start();
  await using _older = await deploy(server, ordersRpc, found);
  await using newer = await TrellisClient.connect({ contract: later, trellisUrl: server.url })
    .orThrow();
  const order = { orderId: "a", colour: "red" };
  assertEquals(await newer.rpc.orders.create(order).orThrow(), order);
});

Deno.test("[Y51] an older caller accepts optional fields that it does not know", async () => {
  await using server = await TrellisServer.start();
  await using _newer = await deploy(server, later, laterHandlers);
  await using older = await clientOf(server);
  const answer: Static<typeof Order> = await older.rpc.orders.create({ orderId: "a" }).orThrow();
  assertEquals(answer, { orderId: "a", colour: "red" } as Static<typeof Order>);
});

Deno.test("[Y57] public calls answer results: what can be foreseen is a value and does not throw", async () => {
  const refused = TrellisService.connect({ contract: ordersRpc, trellisUrl: "nats://127.0.0.1:1" });
  assertInstanceOf(refused, AsyncResult);
  assertInstanceOf(await refused, Err);
  const alone = await TrellisClient.connect({
    contract: ordersRpc,
    trellisUrl: "nats://127.0.0.1:1",
  });
  assertInstanceOf(alone, Err);
  await using server = await TrellisServer.start();
  await using service = await deploy(server, ordersRpc, found);
  await using client = await clientOf(server);
  const calls = [
    client.rpc.orders.get({ orderId: "a" }),
    client.rpc.orders.get({ orderId: "b" }),
    service.kv.orders.get("missing"),
    service.kv.orders.keys("**"),
    service.kv.orders.list({ limit: -1 }),
  ];
  for (const call of calls) assertInstanceOf(call, AsyncResult);
  const results = await Promise.all(calls);
  assertEquals(results.map((result) => result.isOk()), [true, false, false, false, false]);
});

Deno.test("[Y58] a handler returns its failure, which reaches the caller and is no incident", async () => {
  await using server = await TrellisServer.start();
  const lines: string[] = [];
  const write = (line: string) => void lines.push(line);
  const log: Log = { info: write, warn: write, error: write };
  await using _service = await deploy(server, ordersRpc, found, { log });
  const direct = found.handlers.rpc["Orders.Get"];
  const handled = await direct({ input: { orderId: "b" } } as Parameters<typeof direct>[0]);
  assertInstanceOf(handled, Err);
  assertInstanceOf(ok(1), Ok);
  await using client = await clientOf(server);
  assert((await client.rpc.orders.get({ orderId: "b" })).isErr());
  assertEquals(lines, []);
});

/** Calls `Orders.Get` of something that answers with this. */
async function answered(body: string | Uint8Array, error?: string): Promise<unknown> {
  await using server = await TrellisServer.start();
  await using plain = await PlainClient.connect(server.url);
  await plain.answer("rpc.v1.Orders.Get.*", body, error);
  await using client = await clientOf(server);
  const result = await client.rpc.orders.get({ orderId: "a" });
  return result.isErr() ? result.error : result.orThrow();
}

Deno.test("[Y67] a malformed reply is a TransportError", async () => {
  const malformed: readonly [string | Uint8Array, string?][] = [
    ["", undefined],
    ["not JSON", undefined],
    [new Uint8Array([0xff, 0xfe]), undefined],
    ['{"orderId":1}', undefined],
    ["null", undefined],
    ["", "Broken"],
    ["not JSON", "Broken"],
    ["[]", "Broken"],
    ['{"message":"without a type"}', "Broken"],
    ['{"type":1,"message":"m"}', "Broken"],
  ];
  for (const [body, error] of malformed) {
    const got = await answered(body, error);
    assertInstanceOf(got, TransportError, String(body));
    assertEquals(got.code, "trellis.rpc.malformed_reply", String(body));
  }
});

Deno.test("[Y68] an RPC that no process serves is a TransportError", async () => {
  await using server = await TrellisServer.start();
  await using client = await clientOf(server);
  const result = await client.rpc.orders.get({ orderId: "a" });
  assert(result.isErr());
  assertInstanceOf(result.error, TransportError);
  assertEquals(result.error.code, "trellis.rpc.unavailable");
});

Deno.test("[Y69] a failure to bind or to read the bindings is a TransportError", async () => {
  await using server = await TrellisServer.start();
  const fail = async () => {
    const result = await TrellisService.connect({ contract: ordersRpc, trellisUrl: server.url });
    assert(result.isErr());
    assertInstanceOf(result.error, TransportError);
    return result.error.code;
  };
  assertEquals(await fail(), "trellis.bind.missing");
  await provision(await server.authority(), later);
  assertEquals(await fail(), "trellis.bind.outdated");
  const raw = new RawBuckets((await server.connect()).connection);
  await raw.put("trellis_authority", "bindings.orders-service", "{");
  assertEquals(await fail(), "trellis.bootstrap.failed");
});

Deno.test("[Y70] a connection that is refused, lost or closed is a TransportError", async () => {
  const codes: string[] = [];
  const note = (error: unknown) => {
    assertInstanceOf(error, TransportError);
    codes.push(error.code);
  };
  await using server = await TrellisServer.start();
  const client = await clientOf(server);
  await using plain = await PlainClient.connect(server.url);
  await plain.answer("rpc.v1.Orders.Create.*", '{"orderId":"a"}');
  await client.rpc.orders.create({ orderId: "a" }).orThrow();
  await server.kill();
  const lost = await client.rpc.orders.create({ orderId: "a" }, {
    timeoutMs: 30_000,
    whileDisconnected: "fail",
  });
  if (lost.isErr()) note(lost.error);
  await client.close();
  const closed = await client.rpc.orders.create({ orderId: "a" });
  if (closed.isErr()) note(closed.error);
  const refused = await TrellisClient.connect({ contract: ordersRpc, trellisUrl: server.url });
  if (refused.isErr()) note(refused.error);
  const [first, ...others] = codes;
  // The connection may have gone before the call, or under it.
  assert(first === "trellis.connection.down" || first === "trellis.connection.lost", first);
  assertEquals(others, ["trellis.connection.closed", "trellis.connection.refused"]);
  await server.startAgain();
});

Deno.test("[Y71] a TransportError speaks Trellis' language: message, code and hint", async () => {
  await using server = await TrellisServer.start();
  await using client = await clientOf(server);
  const result = await client.rpc.orders.get({ orderId: "a" });
  const connected = await TrellisService.connect({ contract: ordersRpc, trellisUrl: server.url });
  for (const failed of [result, connected]) {
    assert(failed.isErr());
    assertInstanceOf(failed.error, TransportError);
    const { message, code, hint } = failed.error;
    assert(/^trellis\.[a-z_]+\.[a-z_]+$/.test(code), code);
    assert(message.length > 10 && hint.length > 10);
    assert(!/\b(503|ECONN|JetStreamApiError|NatsError)\b/.test(message), message);
    assertEquals(failed.error.toSerializable(), { type: "TransportError", message, code, hint });
  }
});

Deno.test("[Y72] an exception in a handler is an UnexpectedError that wraps it where it happened", async () => {
  await using server = await TrellisServer.start();
  const cause = new RangeError("boom");
  const causes: unknown[] = [];
  const log: Log = {
    info() {},
    warn() {},
    error: (_, fields) => void causes.push(fields?.cause),
  };
  const failing = defineHandlers(ordersRpc, {
    rpc: {
      "Orders.Create": ({ input }) => ok(input),
      "Orders.Get": () => {
        throw cause;
      },
    },
  });
  await using _service = await deploy(server, ordersRpc, failing, { log });
  await using client = await clientOf(server);
  const result = await client.rpc.orders.get({ orderId: "a" });
  assert(result.isErr());
  assertInstanceOf(result.error, UnexpectedError);
  assertEquals(causes, [cause]);
  assertEquals(new UnexpectedError({ cause }).cause, cause);
});

/** A class of the service's own, written by hand. */
const QuotaDataSchema = Type.Object({
  type: Type.Literal("QuotaError"),
  message: Type.String(),
  left: Type.Integer(),
});
class QuotaError extends TrellisError<Static<typeof QuotaDataSchema>> {
  static readonly schema = QuotaDataSchema;
  override readonly name = "QuotaError" as const;
  readonly left: number;
  constructor({ left, ...options }: ErrorOptions & { left: number }) {
    super({ ...options, message: `${left} left` });
    this.left = left;
  }
  override toSerializable(): Static<typeof QuotaDataSchema> {
    return { type: this.name, message: this.message, left: this.left };
  }
  static fromSerializable(data: Static<typeof QuotaDataSchema>): QuotaError {
    return new QuotaError(data);
  }
}

Deno.test("[Y79] [Y83] a declared error may be a class of the service's own, and arrives as one", async () => {
  await using server = await TrellisServer.start();
  const contract = defineServiceContract(
    { schemas: { OrderQuery, Order }, errors: { QuotaError } },
    (ref) => ({
      id: "quota@v1",
      displayName: "Quota",
      description: "Counts.",
      rpc: {
        "Quota.Use": {
          version: "v1",
          input: ref.schema("OrderQuery"),
          output: ref.schema("Order"),
          errors: [ref.error("QuotaError")],
        },
      },
    }),
  );
  const handlers = defineHandlers(contract, {
    rpc: { "Quota.Use": () => err(new QuotaError({ left: 3 })) },
  });
  await using _service = await deploy(server, contract, handlers);
  await using client = await TrellisClient.connect({ contract, trellisUrl: server.url }).orThrow();
  const result = await client.rpc.quota.use({ orderId: "a" });
  assert(result.isErr());
  assertInstanceOf(result.error, QuotaError);
  assertEquals([result.error.left, result.error.message], [3, "3 left"]);
});

Deno.test("[Y83] [Y85] a declared error is an instance of its class with its data, never a RemoteError", async () => {
  await using server = await TrellisServer.start();
  await using _service = await deploy(server, ordersRpc, found);
  await using client = await clientOf(server);
  for (let i = 0; i < 20; i++) {
    const result = await client.rpc.orders.get({ orderId: `b${i}` });
    assert(result.isErr());
    assertInstanceOf(result.error, NotFoundError);
    assert(!(result.error instanceof RemoteError));
    assertEquals(result.error.orderId, `b${i}`);
  }
});

Deno.test("[Y84] a call with declared errors may end in a TransportError as well", async () => {
  await using server = await TrellisServer.start();
  await using client = await clientOf(server);
  const none = await client.rpc.orders.get({ orderId: "b" });
  assert(none.isErr());
  assertInstanceOf(none.error, TransportError);
  const type: Extract<typeof none.error, TransportError> = none.error;
  assertEquals(type.code, "trellis.rpc.unavailable");
});

Deno.test("[Y85] [Y87] an error that the caller's contract does not know is a RemoteError with its whole payload", async () => {
  await using server = await TrellisServer.start();
  await using _newer = await deploy(server, later, laterHandlers);
  await using older = await clientOf(server);
  const result = await older.rpc.orders.get({ orderId: "busy" });
  assert(result.isErr());
  assertInstanceOf(result.error, RemoteError);
  const payload = { type: "BusyError", message: "try again later", queue: 7, tags: ["x"] };
  assertEquals(result.error.payload, payload);
  assertEquals(result.error.toSerializable(), payload);
});

Deno.test("[Y87] a known type whose data does not fit is kept as it came", async () => {
  const payload = { type: "NotFoundError", message: "m", orderId: 1, deep: { a: [null] } };
  const got = await answered(JSON.stringify(payload), "NotFoundError");
  assertInstanceOf(got, RemoteError);
  assertEquals(got.payload, payload);
});

Deno.test("[Y86] fields that an error class does not know do not make its envelope invalid", async () => {
  await using server = await TrellisServer.start();
  await using _newer = await deploy(server, later, laterHandlers);
  await using older = await clientOf(server);
  const result = await older.rpc.orders.get({ orderId: "b" });
  assert(result.isErr());
  assertInstanceOf(result.error, NotFoundError);
  assertEquals(result.error.orderId, "b");
  const built = [
    { type: "TransportError", message: "m", code: "trellis.rpc.overloaded", hint: "h", more: 1 },
    { type: "ValidationError", message: "m", issues: [{ path: "", message: "m", more: 1 }], x: {} },
    { type: "UnexpectedError", message: "m", more: null },
  ];
  for (const envelope of built) {
    const got = await answered(JSON.stringify(envelope), "x");
    assert(got instanceof TrellisError && !(got instanceof RemoteError));
    assertEquals(got.name, envelope.type);
  }
});
