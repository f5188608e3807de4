import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { Type } from "@sinclair/typebox";
import { defineServiceContract } from "../../mod.ts";
import type { EventConsumerDeclaration } from "../../contracts/define/declaration.ts";
import { provision } from "../support/deployed.ts";
import { RawBuckets } from "../support/nats/raw_buckets.ts";
import { RawLetters } from "../support/nats/raw_letters.ts";
import { shared } from "../support/shared.ts";
import { TrellisServer } from "../support/trellis_server.ts";
import { trellis } from "./support/trellis_command.ts";

const Placed = Type.Object({ orderId: Type.String(), n: Type.Integer() });

const shopWith = (eventConsumers: Readonly<Record<string, EventConsumerDeclaration>>) =>
  defineServiceContract({ schemas: { Placed } }, (ref) => ({
    id: "shop@v1",
    displayName: "Shop",
    description: "Sells.",
    events: {
      "Order.Placed": { version: "v1", params: ["/orderId"], event: ref.schema("Placed") },
    },
    eventConsumers,
    resources: {
      kv: {
        latest: {
          purpose: "What was placed",
          schema: ref.schema("Placed"),
          projection: { self: ["Order.Placed"], key: "/orderId" },
        },
        orders: {
          purpose: "Orders",
          schema: ref.schema("Placed"),
          changes: { event: "Order.Placed" },
        },
      },
    },
  }));

const self = ["Order.Placed"];
const shop = shopWith({ mailer: { self }, packer: { self } });
const renamed = shopWith({ sender: { self, renamedFrom: "mailer" }, packer: { self } });

/** A server on which a shop is accepted that nobody runs. */
const stand = shared(async () => {
  await using opened = new AsyncDisposableStack();
  const server = opened.use(await TrellisServer.start());
  await provision(await server.authority(), shop);
  const { connection } = await server.connect();
  const letters = await RawLetters.open(connection, "shop");
  const moved = opened.move();
  return { server, letters, [Symbol.asyncDispose]: () => moved.disposeAsync() };
});

const ids = ["A", "B", "C"].map((last) => `01K9ZQ4T0VWXY2A3B4C5D6E7F${last}`);

/** Runs `trellis dead`. */
async function dead(...words: readonly string[]) {
  const { server } = await stand();
  return await trellis(["dead", ...words, "--nats", server.url], { env: { NO_COLOR: "1" } });
}

/** The events that `dead ls` lists, with their groups. */
async function listed(...words: readonly string[]): Promise<readonly string[]> {
  const { stdout } = await dead("ls", "shop", ...words, "--json");
  const { letters } = JSON.parse(stdout) as { letters: { id: string; group: string }[] };
  return letters.map(({ id, group }) => `${group} ${id.at(-1)}`);
}

Deno.test("what a service has given up is listed, shown, retried and thrown away", async () => {
  const { letters } = await stand();
  assertEquals((await dead("ls", "nowhere")).code, 4);
  const nothing = await dead("ls", "shop");
  assertEquals([nothing.code, nothing.stderr], [0, "shop has no dead letters\n"]);

  const subject = (id: string) => `events.v1.Order.Placed.${id}`;
  const [first = "", second = "", third = ""] = ids;
  const body = (orderId: string) => ({ orderId, n: 1 });
  await letters.write({ group: "mailer", id: first, subject: subject("1"), body: body("1") });
  await letters.write({
    group: "mailer",
    id: second,
    subject: subject("2"),
    body: { orderId: "2", amount: "many" },
    reason: "invalid",
    cause: "rpc:01K9ZQ4T0VWXY2A3B4C5D6E7F0",
  });
  await letters.write({ group: "packer", id: second, subject: subject("2"), body: body("2") });
  await letters.write({ group: "packer", id: third, subject: subject("3"), body: body("3") });

  assertEquals(await listed(), ["mailer A", "mailer B", "packer B", "packer C"]);
  assertEquals(await listed("--group", "packer"), ["packer B", "packer C"]);
  assertEquals(await listed("--group", ">"), []);
  const page = JSON.parse((await dead("ls", "shop", "--limit", "2", "--json")).stdout);
  assertEquals(await listed("--after", String(page.next)), ["packer B", "packer C"]);

  // Nobody publishes the change of an order while the shop does not run.
  const { server } = await stand();
  const { connection } = await server.connect();
  await new RawBuckets(connection).put("svc_shop_orders", "1", JSON.stringify(body("1")));
  const status = await trellis(["status", "--json", "--nats", server.url]);
  const { deadLetters, groups } = JSON.parse(status.stdout).deployments[0];
  assertEquals(deadLetters, 4);
  const mailer = {
    group: "mailer",
    kind: "group",
    declared: true,
    ordering: "strict",
    pending: 0,
    inWork: 0,
    waiting: 0,
    dead: 2,
    oldestAt: null,
    hung: null,
  };
  const { oldestAt, ...relay } = groups[2];
  assertMatch(oldestAt, /^\d{4}-/);
  const { oldestAt: _, ...none } = { ...mailer, ordering: null, dead: 0 };
  assertEquals([...groups.slice(0, 2), relay, groups[3]], [
    { ...none, oldestAt: null, group: "latest", kind: "projection" },
    mailer,
    { ...none, group: "orders", kind: "relay", pending: 1 },
    { ...mailer, group: "packer" },
  ]);
  const record = await trellis(["svc", "shop", "authority", "show", "--nats", server.url], {
    env: { NO_COLOR: "1" },
  });
  assertMatch(record.stdout, /^shop mailer +group, strict +0 +0 +0 +2$/m);
  assertMatch(record.stdout, /^shop orders +relay +1 +0 +0 +0 +now$/m);

  const unclear = await dead("show", "shop", second);
  assertEquals(unclear.code, 2);
  assertStringIncludes(unclear.stderr, "of mailer and of packer");
  const shown = await dead("show", "shop", second, "--group", "mailer", "--json");
  const letter = JSON.parse(shown.stdout);
  assertEquals(letter, {
    id: second,
    kind: "group",
    group: "mailer",
    sequence: 2,
    subject: "events.v1.Order.Placed.2",
    event: "Order.Placed",
    reason: "invalid",
    error: "the mail server said no",
    tries: 5,
    publishedAt: "2030-01-02T03:04:05.000Z",
    deadAt: "2030-01-02T03:05:05.000Z",
    cause: "rpc:01K9ZQ4T0VWXY2A3B4C5D6E7F0",
    digest: "digest-of-the-publisher",
    bytes: 31,
    fits: false,
    misfit: letter.misfit,
    body: '{\n  "orderId": "2",\n  "amount": "many"\n}',
    bodyCut: false,
  });
  assertStringIncludes(letter.misfit, "/n");
  assertEquals((await dead("show", "shop", "nothing")).code, 4);

  // Nothing is retried while one of them does not fit.
  const refused = await dead("retry", "shop", "--group", "mailer", "--all");
  assertEquals([refused.code, refused.stdout], [1, ""]);
  assertStringIncludes(refused.stderr, "--if-valid");
  assertEquals(await letters.givenBack(), []);
  const retried = await dead("retry", "shop", "--group", "mailer", "--all", "--if-valid", "--json");
  assertEquals([retried.code, JSON.parse(retried.stdout)], [0, {
    retried: [{ id: first, group: "mailer" }],
    stay: [{ id: second, group: "mailer", why: `does not fit today's schema: ${letter.misfit}` }],
  }]);
  assertStringIncludes(retried.stderr, second);
  assertEquals(await listed(), ["mailer B", "packer B", "packer C"]);
  const [given, ...more] = await letters.givenBack();
  assertEquals([given?.subject, given?.text, more.length], [
    `again.shop.mailer.${first}`,
    JSON.stringify(body("1")),
    0,
  ]);
  const carried = (name: string) => given?.headers.get(name);
  assertEquals(carried("Trellis-Attempt"), "1");
  assertEquals(carried("Trellis-Event-Id"), first);
  assertEquals(carried("Trellis-Event-Time"), "2030-01-02T03:04:05.000Z");
  assertEquals(carried("Trellis-Origin"), "trellis_events 1 events.v1.Order.Placed.1");
  assertEquals(carried("traceparent"), "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
  assertEquals(carried("Trellis-Dead-Reason"), null);

  const asked = await dead("discard", "shop", third);
  assertEquals(asked.code, 2);
  assertStringIncludes(asked.stderr, "--yes");
  assertEquals((await dead("discard", "shop", third, "--yes")).code, 0);
  assertEquals(await listed(), ["mailer B", "packer B"]);
  for (const words of [[], [second, "--all"]]) {
    assertEquals((await dead("discard", "shop", "--yes", ...words)).code, 2);
  }
  assertEquals((await dead("discard", "shop", "--all", "--yes")).code, 0);
  assertEquals(await listed(), []);
});

Deno.test("the letters of a group that was renamed are its own", async () => {
  const { server, letters } = await stand();
  await provision(await server.authority(), renamed);
  const id = "01K9ZQ4T0VWXY2A3B4C5D6E7FD";
  const body = { orderId: "4", n: 1 };
  await letters.write({ group: "mailer", id, subject: "events.v1.Order.Placed.4", body });
  assertEquals(await listed("--group", "sender"), ["sender D"]);
  assertEquals((await dead("retry", "shop", id, "--group", "sender")).code, 0);
  assertEquals((await letters.givenBack()).at(-1)?.subject, `again.shop.mailer.${id}`);
  assertEquals(await listed(), []);
});

Deno.test("a letter of a group that is gone stays, and can be thrown away", async () => {
  const { letters } = await stand();
  const id = "01K9ZQ4T0VWXY2A3B4C5D6E7FE";
  const body = { orderId: "5", n: 1 };
  await letters.write({ group: "gone", id, subject: "events.v1.Order.Placed.5", body });
  const before = (await letters.givenBack()).length;
  const { code, stderr } = await dead("retry", "shop", id);
  assertEquals(code, 1);
  assertStringIncludes(stderr, "no group of the service any more");
  assertEquals((await letters.givenBack()).length, before);
  assertEquals(await listed(), ["gone E"]);
  assertEquals((await dead("discard", "shop", id, "--yes")).code, 0);
});
