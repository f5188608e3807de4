import { assert, assertEquals } from "@std/assert";
import { until } from "../../tests/support/until.ts";
import { Rounds } from "./rounds.ts";

const NAMES = Array.from({ length: 20 }, (_, i) => `d${i}`);
const FAR_MS = 1_000_000;

Deno.test("a round looks at everything once, and at a few at once", async () => {
  const looked: string[] = [];
  let [now, most] = [0, 0];
  const look = async (name: string) => {
    most = Math.max(most, ++now);
    await new Promise((resolve) => setTimeout(resolve, 1));
    now--;
    looked.push(name);
  };
  const { signal } = new AbortController();
  const rounds = new Rounds({ names: () => NAMES, look, intervalMs: FAR_MS, signal });
  rounds.now();
  await until(() => looked.length === NAMES.length, "all were looked at");
  rounds.stop();
  assertEquals(looked.toSorted(), NAMES.toSorted());
  assert(most > 1 && most < NAMES.length, `${most} at once`);
});

Deno.test("what is asked for during a round is done behind it", async () => {
  const looked: string[] = [];
  const open = Promise.withResolvers<void>();
  const look = async (name: string) => {
    looked.push(name);
    await open.promise;
  };
  const { signal } = new AbortController();
  const rounds = new Rounds({ names: () => ["only"], look, intervalMs: FAR_MS, signal });
  rounds.now();
  await until(() => looked.length === 1, "the round has begun");
  rounds.now();
  open.resolve();
  await until(() => looked.length === 2, "there was another round");
  rounds.stop();
});

Deno.test("an ending process looks at no more", async () => {
  const looked: string[] = [];
  const ending = new AbortController();
  const look = (name: string) => {
    looked.push(name);
    ending.abort();
    return Promise.resolve();
  };
  const rounds = new Rounds({
    names: () => NAMES,
    look,
    intervalMs: 1,
    signal: ending.signal,
  });
  await until(() => looked.length > 0, "a round has begun by itself");
  rounds.stop();
  assert(looked.length < NAMES.length);
});
