import { assert, assertEquals } from "@std/assert";
import { ACCOUNT_LIMIT, ADDRESS_LIMIT, LoginLimits } from "./login_limits.ts";

function limits(most?: number) {
  const clock = { now: 0 };
  return { clock, limits: new LoginLimits(() => clock.now, most) };
}

function tries(count: number, one: (index: number) => number): readonly number[] {
  return Array.from({ length: count }, (_, index) => one(index));
}

Deno.test("guessing one account from many addresses waits longer each time, up to a quarter of an hour", () => {
  const { clock, limits: known } = limits();
  tries(ACCOUNT_LIMIT.free, (index) => known.begin("ada", `10.0.0.${index}`));
  const waits = tries(13, (index) => {
    const wait = known.begin("ada", `10.0.1.${index}`);
    clock.now += wait;
    assertEquals(known.begin("ada", `10.0.1.${index}`), 0);
    return wait;
  });
  assertEquals(waits.slice(0, 4), [1000, 2000, 4000, 8000]);
  assertEquals(waits.at(-1), 15 * 60_000);
  assertEquals(known.begin("bob", "10.0.2.1"), 0);
});

Deno.test("guessing many accounts from one address waits, and other addresses do not", () => {
  const { limits: known } = limits();
  const waits = tries(ADDRESS_LIMIT.free, (index) => known.begin(`user${index}`, "10.0.0.1"));
  assertEquals(waits.every((wait) => wait === 0), true);
  assertEquals(known.begin("ada", "10.0.0.1"), 1000);
  assertEquals(known.begin("ada", "10.0.0.2"), 0);
});

Deno.test("attempts at once count before any is answered", () => {
  const { limits: known } = limits();
  const allowed = tries(100, () => known.begin("ada", "10.0.0.1")).filter((wait) => wait === 0);
  assertEquals(allowed.length, ACCOUNT_LIMIT.free);
});

Deno.test("a login clears the account, and not what else its address tried", () => {
  const { limits: known } = limits();
  tries(ADDRESS_LIMIT.free - 1, (index) => known.begin(`user${index}`, "10.0.0.1"));
  assertEquals(known.begin("ada", "10.0.0.1"), 0);
  known.succeeded("ada", "10.0.0.1");
  assertEquals(known.begin("ada", "10.0.0.1"), 0);
  assert(known.begin("ada", "10.0.0.1") > 0);
});

Deno.test("attempts are forgotten after an hour, and the oldest when there are too many", () => {
  const { clock, limits: known } = limits(2);
  tries(ACCOUNT_LIMIT.free, () => known.begin("ada", "a"));
  assert(known.begin("ada", "b") > 0);
  clock.now += 60 * 60_000;
  assertEquals(known.begin("ada", "b"), 0);
  tries(ACCOUNT_LIMIT.free, () => known.begin("ada", "b"));
  tries(2, (index) => known.begin(`other${index}`, `c${index}`));
  assertEquals(known.begin("ada", "d"), 0);
});
