import { assert, assertEquals, assertRejects } from "@std/assert";
import { storeLines } from "../../reconcile/grants/resource_lines.ts";
import { openTypedStore } from "../../runtime/store/nats/open_typed_store.ts";
import { connectMessaging } from "../../runtime/rpc/nats/nats_messaging.ts";
import { RawStore } from "../support/nats/raw_stores.ts";
import { bytesOf, pieces, STORE, StoreServer } from "../support/store_server.ts";

const MIB = 1 << 20;
/** What the service of one store may publish, and nothing else. */
const PUBLISH = storeLines({ name: STORE, ttlMs: 0 }, "").map(({ subject }) => subject);

const CONFIG = `
accounts { A {
  jetstream: enabled
  users [
    { user: admin, password: admin }
    { user: svc, password: svc, permissions: {
      publish: ${JSON.stringify(PUBLISH)}
      subscribe: ["_INBOX.svc.>"]
    } }
  ]
} }
no_auth_user: admin`;

Deno.test("[S92] [S93] the permissions of one store are enough, and end at it", async () => {
  await using test = await StoreServer.start({ server: { configText: CONFIG } });
  await using messaging = (await connectMessaging({
    servers: test.server.url,
    name: "documents",
    session: "svc",
    user: "svc",
    pass: "svc",
  })).orThrow();
  const { connection } = messaging;
  const open = (name: string) =>
    openTypedStore({
      connection,
      inboxPrefix: "_INBOX.svc",
      binding: { name, ttlMs: 0 },
      alias: "uploads",
      timeoutMs: 60_000,
    });
  const store = (await open(STORE)).orThrow();
  const large = bytesOf(12 * MIB);
  for (const body of [large, bytesOf(10), large]) await store.put("a/b", body).orThrow();
  assertEquals(await (await store.get("a/b").orThrow()).bytes().orThrow(), large);
  assertEquals((await store.create("a/b", large)).isErr(), true);
  const failed = await store.put("c", pieces(large, 500_000, new Error("no more")));
  assertEquals(failed.isErr() && failed.error.reason, "body_failed");
  for (let i = 0; i < 400; i += 50) {
    await Promise.all(
      Array.from({ length: 50 }, (_, j) => store.put(`many/${i + j}`, bytesOf(9)).orThrow()),
    );
  }
  assertEquals((await store.list({ prefix: "many/", limit: 10 }).orThrow()).count, 400);
  assertEquals((await store.status().orThrow()).objects, 401);
  await store.delete("a/b").orThrow();
  await store.waitFor("many/7", { timeoutMs: 1000 }).orThrow();
  assert(!connection.isClosed());

  const otherName = "svc_documents_others";
  const other = new RawStore((await test.server.connect()).connection, otherName);
  await other.create();
  // Nor may it write to it, or manage any, its own included.
  const [strange, own] = [otherName, STORE].map((name) => new RawStore(connection, name));
  await assertRejects(() => strange!.setEntry("a", "{}"));
  await assertRejects(() => strange!.append("01ARZ3NDEKTSV4RRFFQ69G5FAV", bytesOf(1)));
  await assertRejects(() => strange!.purge("01ARZ3NDEKTSV4RRFFQ69G5FAV"));
  await assertRejects(() => own!.deleteObjects());
  await assertRejects(() => new RawStore(connection, "svc_documents_new").create());
  assertEquals([await other.entry("a"), await other.objects()], [undefined, []]);
  const opened = await open(otherName);
  assertEquals(opened.isErr() && opened.error.reason, "forbidden");
});
