import { assertEquals } from "@std/assert";
import { TrellisServer } from "../../../tests/support/trellis_server.ts";
import { until } from "../../../tests/support/until.ts";
import { openAccess } from "../open_access.ts";

const ADA = { kind: "user", id: "ada" } as const;

Deno.test("changes that meet each other are all kept, each with who made it", async () => {
  await using server = await TrellisServer.start();
  const authority = await server.authority();
  const open = async () =>
    (await openAccess((await server.connect()).connection, authority)).orThrow();
  const people = await Promise.all([open(), open(), open(), open()]);
  const changes = await Promise.all(
    people.map((access, i) =>
      access.change({ action: "add", holder: ADA, names: [`a::k${i}`], by: `person ${i}` })
    ),
  );
  for (const change of changes) change.orThrow();
  const [access] = people;
  assertEquals((await access!.capabilitiesOf(ADA)).orThrow(), ["a::k0", "a::k1", "a::k2", "a::k3"]);
  const history = (await access!.store.history(ADA)).orThrow();
  assertEquals(history.map(({ change }) => change.by).sort(), [
    "person 0",
    "person 1",
    "person 2",
    "person 3",
  ]);
});

Deno.test("a change is told to those who watch, and a holding that was damaged is used by nobody", async () => {
  await using server = await TrellisServer.start();
  const { connection } = await server.connect();
  const access = (await openAccess(connection, await server.authority())).orThrow();
  const told: string[] = [];
  const stop = new AbortController();
  const watching = access.store.watch(({ kind, id }) => told.push(`${kind} ${id}`), stop.signal);
  const add = (name: string) =>
    access.change({ action: "add", holder: ADA, names: [name], by: "root" });
  let count = 0;
  await until(async () => {
    await add(`a::k${count++}`);
    return told.includes("user ada");
  }, "the watch tells of a change");
  stop.abort();
  await watching;

  connection.publish("$KV.trellis_grants.user.ada", '{"format":"trellis.holding.v1"}');
  connection.publish(
    "$KV.trellis_grants.user.eve",
    JSON.stringify({
      format: "trellis.holding.v1",
      holder: ADA,
      capabilities: ["a::k0"],
      groups: [],
      change: { at: "", by: "", added: [], removed: [] },
    }),
  );
  await connection.flush();
  for (const id of ["ada", "eve"]) {
    const held = await access.capabilitiesOf({ kind: "user", id });
    assertEquals(held.isErr() && held.error.code, "record_corrupt", id);
  }
});
