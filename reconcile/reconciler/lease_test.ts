import { assert, assertEquals } from "@std/assert";
import { Lease } from "./lease.ts";
import { NatsLeaseStore } from "../nats/nats_lease_store.ts";
import { TrellisServer } from "../../tests/support/trellis_server.ts";
import { until } from "../../tests/support/until.ts";

const HOUR = 3_600_000;

async function leaseOf(server: TrellisServer, id: string, lifeMs = HOUR, clock = () => 0) {
  const store = await NatsLeaseStore.open((await server.connect(id)).connection);
  const lease = new Lease(store, { id, name: `process ${id}` }, { lifeMs, clock });
  await lease.renew();
  return lease;
}

Deno.test("one of many that ask at once gets the lease, and all know who", async () => {
  await using server = await TrellisServer.start();
  const leases = await Promise.all(["a", "b", "c", "d"].map((id) => leaseOf(server, id)));
  const held = await Promise.all(leases.map((lease) => lease.take("orders")));
  assertEquals(held.filter(({ mine }) => mine).length, 1);
  const holder = held.find(({ mine }) => mine)?.holder;
  for (const each of held) assertEquals(each.holder, holder);
  assertEquals(await leases[0]?.holder("orders"), holder);
  assertEquals(await leases[0]?.holder("carts"), undefined);
  assertEquals(await Promise.all(leases.map((lease) => lease.take("orders"))), held);
});

Deno.test("a lease that is given back is taken at once", async () => {
  await using server = await TrellisServer.start();
  const [one, other] = [await leaseOf(server, "one"), await leaseOf(server, "other")];
  assert((await one.take("orders")).mine);
  assert(!(await other.take("orders")).mine);
  await one.release();
  assert((await other.take("orders")).mine);
});

Deno.test("the lease of one who gives no sign of life is taken, by the server's clock", async () => {
  await using server = await TrellisServer.start();
  const dead = await leaseOf(server, "dead");
  await dead.take("orders");
  const patient = await leaseOf(server, "patient");
  const heir = await leaseOf(server, "heir", 300);
  await until(async () => (await heir.take("orders")).mine, "the lease of the dead is taken");
  // The heir lives, as far as those see who count him dead only after an hour.
  assertEquals((await patient.take("orders")).holder.id, "heir");
  assertEquals((await dead.take("orders")).mine, false);
});

Deno.test("where the server gives no time, the sign of life must stay the same here", async () => {
  await using server = await TrellisServer.start();
  const store = await NatsLeaseStore.open((await server.connect()).connection);
  const silent = {
    read: async (key: string) => {
      const entry = await store.read(key);
      return entry && { ...entry, ageMs: () => Promise.resolve(undefined) };
    },
    write: store.write.bind(store),
    remove: store.remove.bind(store),
  };
  const dead = await leaseOf(server, "dead");
  await dead.take("orders");
  let now = 1000;
  const options = { lifeMs: 500, clock: () => now };
  const heir = new Lease(silent, { id: "heir", name: "heir" }, options);
  assertEquals((await heir.take("orders")).mine, false);
  now += 400;
  await dead.renew();
  assertEquals((await heir.take("orders")).mine, false);
  now += 400;
  assertEquals((await heir.take("orders")).mine, false);
  now += 200;
  assertEquals((await heir.take("orders")).mine, true);
});

Deno.test("leases are found missing after the server was started again, and taken again", async () => {
  await using server = await TrellisServer.start();
  const lease = await leaseOf(server, "one");
  assert((await lease.take("orders")).mine);
  await server.kill();
  await server.startAgain();
  await until(() => lease.take("orders").then(({ mine }) => mine, () => false), "taken again");
});
