import { assertEquals } from "@std/assert";
import { TrellisServer } from "../../../tests/support/trellis_server.ts";
import type { UserRecord } from "../../users/user_record.ts";
import { NatsUserStore } from "./nats_user_store.ts";

function user(name: string, id: string): UserRecord {
  return { format: "trellis.user.v1", id, name, createdAt: "2026-01-31T12:00:00.000Z" };
}

Deno.test("users are found by name, one has a name, and changes that meet do not cover each other", async () => {
  await using server = await TrellisServer.start();
  const { connection } = await server.connect();
  const store = (await NatsUserStore.open(connection)).orThrow();
  const ada = user("ada", "01jz8q4w6t5v3n2m1k0h9g8f7e");
  const maria = user("мария", "01jz8q4w6t5v3n2m1k0h9g8f7f");
  assertEquals((await store.save(ada, undefined)).orThrow(), true);
  assertEquals((await store.save(maria, undefined)).orThrow(), true);
  assertEquals((await store.save({ ...maria, name: "ada" }, undefined)).orThrow(), false);
  assertEquals((await store.byName("мария")).orThrow()?.value, maria);
  assertEquals((await store.byName("bob")).orThrow(), undefined);
  assertEquals((await store.loadAll()).orThrow(), [ada, maria]);

  const revision = (await store.byName("ada")).orThrow()?.revision;
  const disabled = { ...ada, disabledAt: "2026-02-01T12:00:00.000Z" };
  const saved = await Promise.all([
    store.save(disabled, revision),
    store.save({ ...ada, password: "other" }, revision),
  ]);
  assertEquals(saved.map((answer) => answer.orThrow()).sort(), [false, true]);

  connection.publish("$KV.trellis_users.name.626f62", JSON.stringify(ada));
  await connection.flush();
  const answer = await store.byName("bob");
  assertEquals(answer.isErr() && answer.error.code, "record_corrupt");
});
