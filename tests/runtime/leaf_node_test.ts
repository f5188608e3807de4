import { assertEquals, assertStringIncludes } from "@std/assert";
import { connectServer } from "../../cli/program/connect_command.ts";
import { Type } from "@sinclair/typebox";
import { defineServiceContract } from "../../contracts/define/define.ts";
import { isErr, ok } from "../../contracts/result.ts";
import { openAuthority } from "../../reconcile/nats/open_authority.ts";
import { connectMessaging } from "../../runtime/rpc/nats/nats_messaging.ts";
import { TrellisService } from "../../runtime/service/service.ts";
import { provision } from "../support/deployed.ts";
import { freePorts } from "../support/nats_cluster.ts";
import { TrellisServer } from "../support/trellis_server.ts";
import { until } from "../support/until.ts";

const Item = Type.Object({ name: Type.String() });

const shop = defineServiceContract({ schemas: { Item } }, (ref) => ({
  id: "shop@v1",
  displayName: "Shop",
  description: "Sells.",
  events: { "Item.Sold": { version: "v1", event: ref.schema("Item"), params: ["/name"] } },
  eventConsumers: { counter: { self: ["Item.Sold"] } },
  resources: {
    kv: { items: { purpose: "Items", schema: ref.schema("Item"), history: 3 } },
    store: { scans: { purpose: "Scans" } },
  },
}));

Deno.test("behind a leaf node with a JetStream of its own everything is done in the domain of the hub", async () => {
  const [port] = freePorts(1);
  await using _hub = await TrellisServer.start({
    name: "hub",
    configText: `jetstream { domain: hub }\nleafnodes { listen: "127.0.0.1:${port}" }`,
  });
  await using leaf = await TrellisServer.start({
    name: "leaf",
    configText:
      `jetstream { domain: edge }\nleafnodes { remotes: [{ url: "nats://127.0.0.1:${port}" }] }`,
  });
  const trellisUrl = `${leaf.url}?domain=hub`;
  const answers = async (subject: string, url: string) => {
    await using messaging = (await connectMessaging({ servers: url, name: "test" })).orThrow();
    const answer = await messaging.connection.request(subject, "", { timeout: 1000 });
    return answer.json<{ streams?: string[] }>();
  };
  await until(async () => {
    return await answers("$JS.API.INFO", trellisUrl).then(() => true, () => false);
  }, "the leaf node reaches the hub");
  const nowhere = (await connectServer({ url: `${leaf.url}?domain=nowhere` })).take();
  assertStringIncludes(isErr(nowhere) ? nowhere.error.hint ?? "" : "", "JetStream domain nowhere");
  await using messaging = (await connectMessaging({ servers: trellisUrl, name: "test" })).orThrow();
  const authority = (await openAuthority(messaging.connection)).orThrow();
  const { materialized } = await provision(authority, shop);
  assertEquals(materialized?.problems, []);
  const sold: string[] = [];
  await using service = (await TrellisService.connect({ contract: shop, trellisUrl })).orThrow();
  const { kv, store } = service.client;
  await service.handle.event.counter.self.itemSold(async ({ event }) => {
    sold.push(event.name);
    return await Promise.resolve(ok());
  });
  const { revision } = await kv.items.create("a", { name: "a" }).orThrow();
  await kv.items.put("a", { name: "b" }, { expectedRevision: revision }).orThrow();
  assertEquals((await kv.items.get("a").orThrow()).value, { name: "b" });
  assertEquals(await Array.fromAsync(await kv.items.keys().orThrow()), ["a"]);
  const scans = await store.scans.open().orThrow();
  const bytes = new Uint8Array(300_000).fill(7);
  await scans.put("scan", bytes).orThrow();
  const stored = await scans.get("scan").orThrow();
  assertEquals(await stored.bytes().orThrow(), bytes);
  await service.event.item.sold.publish({ name: "b" }).orThrow();
  await until(() => sold.length === 1, "the event is handled");
  // The leaf node itself has stored nothing.
  assertEquals((await answers("$JS.API.STREAM.NAMES", leaf.url)).streams ?? [], []);
});
