import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { Type } from "@sinclair/typebox";
import { defineServiceContract } from "../../../mod.ts";
import { readAuditEntry } from "../../../reconcile/audit/audit_entry.ts";
import { appFor, posted } from "../../../tests/support/console/console_app.ts";
import { adminVisitor } from "../../../tests/support/console/console_visitor.ts";
import { provision } from "../../../tests/support/deployed.ts";
import { RawLetters } from "../../../tests/support/nats/raw_letters.ts";
import { SecuredTrellis } from "../../../tests/support/platform/secured_trellis.ts";
import { eventsRoutes } from "./events_routes.tsx";

const Placed = Type.Object({ orderId: Type.String() });

const shop = defineServiceContract({ schemas: { Placed } }, (ref) => ({
  id: "shop@v1",
  displayName: "Shop",
  description: "Sells.",
  events: {
    "Order.Placed": { version: "v1", params: ["/orderId"], event: ref.schema("Placed") },
  },
  eventConsumers: { mailer: { self: ["Order.Placed"] } },
  resources: {
    kv: {
      orders: {
        purpose: "Orders",
        schema: ref.schema("Placed"),
        changes: { event: "Order.Placed" },
      },
    },
  },
}));

Deno.test("an admin sees what was given up, retries and throws away, and the audit history tells who", async () => {
  await using trellis = await SecuredTrellis.start();
  await provision(trellis.authority, shop);
  await using visitor = await adminVisitor(trellis.server);
  const letters = await RawLetters.open(trellis.messaging.connection, "shop");
  const app = appFor(visitor, "/events", eventsRoutes());
  const get = async (path: string) => {
    const response = await app.request(path);
    return { status: response.status, html: await response.text() };
  };
  const post = async (path: string, form: Readonly<Record<string, string>>) => {
    const response = await app.request(path, posted(form));
    return [response.status, response.headers.get("Location"), visitor.takeSaid()[0]?.text];
  };
  const empty = await get("/events/shop/mailer");
  assertStringIncludes(empty.html, "has given up no event");

  const subject = "events.v1.Order.Placed.1";
  for (const id of ["E1", "E2", "E3"]) {
    const body = id === "E2" ? { orderId: 2 } : { orderId: "<b>1</b>" };
    await letters.write({ group: "mailer", id, subject, body, cause: "rpc:R1" });
  }
  await trellis.addInstance(shop).then((service) =>
    service.event.order.placed.publish({ orderId: "4" }).orThrow()
  );
  const groups = await get("/events");
  assertMatch(groups.html, /href="\/events\/shop\/mailer"/);
  assertMatch(groups.html, /one after the other</);
  const figures = ["Pending", "In work", "Waiting"].map((name) =>
    new RegExp(`data-name="${name}"[^>]*><div>([^<]*)<`).exec(groups.html)?.[1]
  );
  assertEquals(figures, ["1", "0", "0"]);
  assertMatch(groups.html, /3 dead/);
  assertMatch(
    groups.html,
    /href="\/events\/shop\/relay.orders".*data-name="Kind"[^>]*><div>relay</s,
  );
  const page = await get("/events/shop/mailer");
  assertStringIncludes(page.html, "failed each time");
  const letter = await get("/events/shop/mailer/letter?id=E1");
  assertStringIncludes(letter.html, "&lt;b>1&lt;/b>");
  assertStringIncludes(letter.html, "rpc:R1");
  const misfit = await get("/events/shop/mailer/letter?id=E2");
  assertStringIncludes(misfit.html, "cannot be retried");
  assertEquals((await get("/events/shop/mailer/letter?id=nothing")).status, 404);
  assertEquals((await get("/events/nowhere/mailer")).status, 404);

  const [status, location, said] = await post("/events/shop/mailer/retry", { all: "yes" });
  assertEquals([status, location], [303, "/events/shop/mailer"]);
  assertStringIncludes(String(said), "Retried 2 dead letters. 1 dead letter stay");
  assertEquals((await letters.givenBack()).map((given) => given.subject), [
    "again.shop.mailer.E1",
    "again.shop.mailer.E3",
  ]);
  assertEquals(
    (await post("/events/shop/mailer/retry", {}))[2],
    "There is no such dead letter any more.",
  );
  assertStringIncludes((await get("/events/shop/mailer/discard?id=E2")).html, "audit");
  await post("/events/shop/mailer/discard", { id: "E2" });
  assertStringIncludes((await get("/events/shop/mailer")).html, "has given up no event");
  const told = (await trellis.platform.audit.read()).orThrow().map(readAuditEntry)
    .filter((entry) => entry?.kind.startsWith("letter."));
  assertEquals(told.map((entry) => [entry?.kind, entry?.by, entry?.subject, entry?.details]), [
    ["letter.retried", visitor.by, "shop", { group: "mailer", event: "E1", reason: "failed" }],
    ["letter.retried", visitor.by, "shop", { group: "mailer", event: "E3", reason: "failed" }],
    ["letter.discarded", visitor.by, "shop", { group: "mailer", event: "E2", reason: "failed" }],
  ]);
});
