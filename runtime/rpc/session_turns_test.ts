import { assertEquals } from "@std/assert";
import { SessionTurns } from "./session_turns.ts";

/** What is begun, in order, and the way to end it. */
function recorded(turns: SessionTurns) {
  const begun: string[] = [];
  const ends: (() => void)[] = [];
  const ask = (session: string, name: string) =>
    turns.run(session, async () => {
      begun.push(name);
      await new Promise<void>((resolve) => ends.push(resolve));
      return name;
    });
  // What may be begun is begun before the next timer.
  const settled = () => new Promise((resolve) => setTimeout(resolve, 0));
  const end = async () => {
    await settled();
    ends.shift()?.();
    await settled();
  };
  return { begun, ask, end, settled };
}

Deno.test("what a session asks for beyond its share waits for its own, and what others ask for is begun at once", async () => {
  const { begun, ask, end, settled } = recorded(
    new SessionTurns({ ofSession: 2, together: 3, waiting: 3 }),
  );
  const all = ["1", "2", "3", "4"].map((n) => ask("eve", `eve ${n}`));
  all.push(ask("ada", "ada 1"), ask("ada", "ada 2"));
  await settled();
  assertEquals(begun, ["eve 1", "eve 2", "ada 1"]);
  await end();
  assertEquals(begun.slice(3), ["eve 3"]);
  await end();
  assertEquals(begun.slice(4), ["ada 2"]);
  for (let n = 0; n < 6; n++) await end();
  assertEquals(await Promise.all(all), ["eve 1", "eve 2", "eve 3", "eve 4", "ada 1", "ada 2"]);
});

Deno.test("what a session asks for is not done when too much of it waits, and is again after that", async () => {
  const { begun, ask, end } = recorded(new SessionTurns({ ofSession: 1, together: 1, waiting: 1 }));
  const first = ask("eve", "1"), second = ask("eve", "2");
  assertEquals(await ask("eve", "3"), undefined);
  await end();
  await end();
  assertEquals(await Promise.all([first, second]), ["1", "2"]);
  const last = ask("eve", "4");
  await end();
  assertEquals(await last, "4");
  assertEquals(begun, ["1", "2", "4"]);
});

Deno.test("what throws gives its place to what waits", async () => {
  const turns = new SessionTurns({ ofSession: 1, together: 1, waiting: 5 });
  const failing = turns.run("eve", () => Promise.reject(new Error("no"))).catch(String);
  const next = turns.run("eve", () => Promise.resolve("done"));
  assertEquals([await failing, await next], ["Error: no", "done"]);
});
