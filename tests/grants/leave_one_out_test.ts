import { assert, assertEquals } from "@std/assert";
import { callerToken } from "../../contracts/identity/caller.ts";
import type { PermissionLine, Permissions } from "../../reconcile/grants/permission_line.ts";
import { bytesOf } from "../support/store_server.ts";
import { answer, GrantedServer } from "./granted_server.ts";
import { adaPermissions, RECORDS, SHOP, shopPermissions, TRANSFER } from "./shop.ts";
import { LARGE, LARGE_BYTES, WORK, type WorkName } from "./shop_work.ts";
import { openTypedStore } from "../../runtime/store/nats/open_typed_store.ts";
import { STORE } from "./shop.ts";

const CALLER = callerToken(SHOP);

/** What cannot be done without each line that the compiler writes. */
const BREAKS: Readonly<Record<string, WorkName>> = {
  [`trellis.v1.bootstrap.${SHOP.session}`]: "bootstrap",
  "events.v1.Shop.Sold.*": "publishAndReceiveEvent",
  [`rpc.v1.Customers.Get.${CALLER}`]: "callRequired",
  [`rpc.v1.Mail.Send.${CALLER}`]: "callOptional",
  [`rpc.v1.Shop.Buy.${CALLER}`]: "callOwn",
  [`rpc.v1.Shop.Label.${CALLER}`]: "callLabel",
  [`operations.v1.Shop.Scan.${CALLER}`]: "startOwn",
  [`operations.v1.Shop.Scan.control.${CALLER}`]: "controlOwn",
  [`feeds.v1.Shop.Sales.${CALLER}`]: "followOwnFeed",
  [`feeds.v1.Shop.Sales.credit.*.${CALLER}`]: "readOnInOwnFeed",
  [`transfer.send.operations.v1.Shop.Scan.${CALLER}.*.*`]: "sendOwnFile",
  [`$JS.API.STREAM.INFO.${TRANSFER}`]: "putFileTogether",
  [`$JS.API.DIRECT.GET.${TRANSFER}`]: "putFileTogether",
  [`$JS.API.CONSUMER.CREATE.${TRANSFER}.*.transfer.send.operations.v1.Shop.Scan.*.*.*`]:
    "followFile",
  [`$JS.FC.${TRANSFER}.>`]: "followFile",
  [`$JS.API.STREAM.PURGE.${TRANSFER}`]: "putFileTogether",
  [`transfer.pull.rpc.v1.Shop.Label.${CALLER}`]: "fetchOwnFile",
  [`$KV.${RECORDS}.grant.*`]: "noteGrant",
  [`$JS.API.STREAM.INFO.KV_${RECORDS}`]: "noteGrant",
  [`$JS.API.STREAM.MSG.GET.KV_${RECORDS}`]: "noteGrant",
  [`trellis.v1.live.requests.shop.${SHOP.session}`]: "reportRequests",
  "trellis.v1.watch": "reportRequests",
  "_INBOX.>": "serve",
  [`rpc.v1.Auth.Capabilities.List.${CALLER}`]: "askWhatCallersHold",
  [`rpc.v1.Auth.Sessions.Contract.${CALLER}`]: "askWhatCallersRun",
  "$KV.svc_shop_items.>": "writeValue",
  "$JS.API.STREAM.INFO.KV_svc_shop_items": "openBucket",
  "$JS.API.STREAM.MSG.GET.KV_svc_shop_items": "readValue",
  "$JS.API.CONSUMER.CREATE.KV_svc_shop_items.*.$KV.svc_shop_items.>": "listKeys",
  "$JS.FC.KV_svc_shop_items.>": "watchManyValues",
  "$JS.API.STREAM.PURGE.KV_svc_shop_items": "deleteInFullBucket",
  "$O.svc_shop_scans.C.*": "writeObject",
  "$O.svc_shop_scans.M.*": "writeObject",
  "$JS.API.STREAM.INFO.OBJ_svc_shop_scans": "openStore",
  "$JS.API.STREAM.MSG.GET.OBJ_svc_shop_scans": "readSmallObject",
  "$JS.API.CONSUMER.CREATE.OBJ_svc_shop_scans.*.$O.svc_shop_scans.>": "readLargeObject",
  "$JS.FC.OBJ_svc_shop_scans.>": "readLargeObject",
  "$JS.API.CONSUMER.LIST.OBJ_svc_shop_scans": "makeRoomInFullStore",
  "$JS.API.STREAM.PURGE.OBJ_svc_shop_scans": "makeRoomInFullStore",
  "$KV.svc_shop_scans__index.>": "writeObject",
  "$JS.API.STREAM.INFO.KV_svc_shop_scans__index": "openStore",
  "$JS.API.STREAM.MSG.GET.KV_svc_shop_scans__index": "readSmallObject",
  "$JS.API.CONSUMER.CREATE.KV_svc_shop_scans__index.*.$KV.svc_shop_scans__index.>":
    "listManyObjects",
  "$JS.FC.KV_svc_shop_scans__index.>": "listManyObjects",
  "$JS.API.STREAM.PURGE.KV_svc_shop_scans__index": "deleteInFullAccount",
  [`_INBOX.${SHOP.session}.>`]: "callRequired",
  "rpc.v1.Shop.Buy.*": "serve",
  "rpc.v1.Shop.Label.*": "serveLabel",
  "operations.v1.Shop.Scan.*": "beStarted",
  "operations.v1.Shop.Scan.control.*": "beControlled",
  "feeds.v1.Shop.Sales.*": "beFollowed",
  [`feeds.v1.Shop.Sales.credit.${SHOP.session}.*`]: "beReadOn",
  "transfer.pull.rpc.v1.Shop.Label.*": "beAskedForFile",
  "$SRV.PING": "answerPingOfAll",
  "$SRV.INFO": "answerPingOfAll",
  "$SRV.STATS": "answerPingOfAll",
  "$SRV.*.acme_shop": "answerPingOfName",
  [`$SRV.*.acme_shop.${SHOP.session}`]: "answerPingOfInstance",
};

function without(permissions: Permissions, line: PermissionLine): Permissions {
  const left = (lines: readonly PermissionLine[]) => lines.filter((other) => other !== line);
  return { publish: left(permissions.publish), subscribe: left(permissions.subscribe) };
}

Deno.test("[S92] what is compiled for a service is enough for all that it does, and no line of it is too much", async (t) => {
  const all = shopPermissions();
  const lines = [...all.publish, ...all.subscribe];
  const users: Record<string, Permissions> = { shop: all, ada: adaPermissions() };
  for (const [i, line] of lines.entries()) users[`without-${i}`] = without(all, line);
  await using granted = await GrantedServer.start(users);
  await granted.fill();
  const { connection } = granted.admin;
  answer(connection, "trellis.v1.bootstrap.*", "{}");
  answer(connection, "rpc.v1.Auth.Capabilities.List.*", `{"capabilities":["a::b"]}`);
  answer(connection, "rpc.v1.Auth.Sessions.Contract.*", `{"contract":{"id":"a@v1","digest":"d"}}`);
  answer(connection, "rpc.v1.Customers.Get.*", `{"id":"1"}`);
  answer(connection, "rpc.v1.Mail.Send.*", `{"id":"1"}`);
  const binding = { name: STORE, ttlMs: 0 };
  const scans = (await openTypedStore({ connection, binding, alias: "scans" })).orThrow();
  await scans.put(LARGE, LARGE_BYTES).orThrow();
  await scans.put("small", bytesOf(10)).orThrow();

  await t.step("everything works under exactly these lists", async () => {
    await using shop = await granted.connect("shop", SHOP);
    for (const [name, work] of Object.entries(WORK)) {
      await work({ ...shop, granted }).catch((cause) => {
        throw new Error(`${name} fails; refused: ${shop.denied.join(", ")}`, { cause });
      });
    }
    assertEquals(shop.denied, []);
  });

  for (const [i, line] of lines.entries()) {
    const { subject, keptFor } = line;
    const name = BREAKS[subject];
    if (keptFor !== undefined) {
      assertEquals(name, undefined);
      continue;
    }
    assert(name !== undefined, `nothing is known to need ${subject}`);
    await t.step(`without ${subject}, ${name} fails`, async () => {
      await using shop = await granted.connect(`without-${i}`, SHOP);
      const work: Promise<unknown> = WORK[name]({ ...shop, granted });
      const error = await work.then(() => undefined, (error: unknown) => error);
      assert(error instanceof Error, `${name} works without it`);
      // Nothing hangs where the server is not let go on.
      if (subject.startsWith("$JS.FC.")) assertEquals(Reflect.get(error, "reason"), "forbidden");
      assert(
        shop.denied.some((refused) => covers(subject, refused)),
        `it was ${shop.denied.join(", ") || "nothing"} that was refused: ${error.message}`,
      );
    });
  }
  assertEquals(Object.keys(BREAKS).sort(), needed(lines));
});

function needed(lines: readonly PermissionLine[]): string[] {
  const needed = lines.flatMap(({ subject, keptFor }) => keptFor === undefined ? [subject] : []);
  // An event is published and received on one subject.
  return [...new Set(needed)].sort();
}

/** True when a subject, which may hold wildcards itself, is one that a line allows. */
function covers(line: string, subject: string): boolean {
  const [allowed, asked] = [line.split("."), subject.split(".")];
  return allowed.every((token, i) =>
    token === ">"
      ? asked.length > i
      : asked[i] !== undefined && (token === "*" || token === asked[i])
  ) && (allowed.at(-1) === ">" || allowed.length === asked.length);
}
