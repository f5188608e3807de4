import { assertEquals, assertRejects } from "@std/assert";
import { accept, propose } from "../../tests/support/deployed.ts";
import { kvContract } from "../../tests/support/kv_contract.ts";
import { TrellisServer } from "../../tests/support/trellis_server.ts";

Deno.test("what is accepted already is presented without reading the records of all", async () => {
  await using server = await TrellisServer.start();
  const authority = await server.authority();
  const orders = kvContract({ orders: {} });
  const { plan } = await propose(authority, orders);
  await accept(authority, plan);
  authority.store.loadAll = () => Promise.reject(new Error("all are read"));
  const present = async ({ manifest, digest }: typeof orders, by: string) => {
    const [presented] = await authority.present([{ manifest, digest }], { mode: "strict", by });
    return presented?.orThrow().kind;
  };
  assertEquals(await present(orders, "author"), "unchanged");
  // Somebody else who asks is noted, and another contract may be in the way of others.
  await assertRejects(() => present(orders, "somebody"), Error, "all are read");
  const more = kvContract({ orders: {}, carts: {} });
  await assertRejects(() => present(more, "author"), Error, "all are read");
});
