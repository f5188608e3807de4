import { assert, assertEquals } from "@std/assert";
import { keptHere } from "../../tests/support/platform/kept_here.ts";
import { KnownAttempts } from "./attempts.ts";
import { ACCOUNT_LIMIT, ADDRESS_LIMIT, LoginLimits } from "./login_limits.ts";

/** Two processes that know the same. */
function limits() {
  const clock = { now: 0 };
  const now = () => clock.now;
  const records = keptHere();
  const [one, other] = [records, records].map((kept) => {
    const known = new LoginLimits(new KnownAttempts(kept, now), now);
    return {
      begin: async (account: string, address: string) =>
        (await known.begin(account, address)).orThrow(),
      succeeded: async (account: string, address: string) =>
        (await known.succeeded(account, address)).orThrow(),
    };
  });
  assert(one !== undefined && other !== undefined);
  return { clock, one, other };
}

async function tries(
  count: number,
  one: (index: number) => Promise<number>,
): Promise<readonly number[]> {
  const waits: number[] = [];
  for (let index = 0; index < count; index++) waits.push(await one(index));
  return waits;
}

Deno.test("guessing one account from many addresses waits longer each time, up to a quarter of an hour", async () => {
  const { clock, one } = limits();
  await tries(ACCOUNT_LIMIT.free, (index) => one.begin("ada", `10.0.0.${index}`));
  const waits = await tries(13, async (index) => {
    const wait = await one.begin("ada", `10.0.1.${index}`);
    clock.now += wait;
    assertEquals(await one.begin("ada", `10.0.1.${index}`), 0);
    return wait;
  });
  assertEquals(waits.slice(0, 4), [1000, 2000, 4000, 8000]);
  assertEquals(waits.at(-1), 15 * 60_000);
  assertEquals(await one.begin("bob", "10.0.2.1"), 0);
});

Deno.test("guessing many accounts from one address waits, and other addresses do not", async () => {
  const { one } = limits();
  const waits = await tries(
    ADDRESS_LIMIT.free,
    (index) => one.begin(`user${index}`, "10.0.0.1"),
  );
  assertEquals(waits.every((wait) => wait === 0), true);
  assertEquals(await one.begin("ada", "10.0.0.1"), 1000);
  assertEquals(await one.begin("ada", "10.0.0.2"), 0);
});

Deno.test("attempts at once count before any is answered, whichever process they come to", async () => {
  const { one, other } = limits();
  const waits = await Promise.all(
    Array.from({ length: 30 }, (_, index) => [one, other][index % 2]?.begin("ada", "10.0.0.1")),
  );
  assertEquals(waits.filter((wait) => wait === 0).length, ACCOUNT_LIMIT.free);
});

Deno.test("a login clears the account, and not what else its address tried", async () => {
  const { one, other } = limits();
  await tries(ADDRESS_LIMIT.free - 1, (index) => one.begin(`user${index}`, "10.0.0.1"));
  assertEquals(await other.begin("ada", "10.0.0.1"), 0);
  await other.succeeded("ada", "10.0.0.1");
  assertEquals(await one.begin("ada", "10.0.0.1"), 0);
  assert(await one.begin("ada", "10.0.0.1") > 0);
});

Deno.test("attempts are forgotten after an hour", async () => {
  const { clock, one } = limits();
  await tries(ACCOUNT_LIMIT.free, () => one.begin("ada", "a"));
  assert(await one.begin("ada", "b") > 0);
  clock.now += 60 * 60_000;
  assertEquals(await one.begin("ada", "b"), 0);
});
