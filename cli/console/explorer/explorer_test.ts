import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { Type } from "@sinclair/typebox";
import { defineServiceContract, ok } from "../../../mod.ts";
import { provision } from "../../../tests/support/deployed.ts";
import { adminVisitor } from "../../../tests/support/console/console_visitor.ts";
import { appFor, posted } from "../../../tests/support/console/console_app.ts";
import { SecuredTrellis } from "../../../tests/support/platform/secured_trellis.ts";
import { readAuditEntry } from "../../../reconcile/audit/audit_entry.ts";
import { auditToRead } from "../../../reconcile/nats/open_audit.ts";
import { sdk as auth } from "../../../contracts/platform/auth_sdk.ts";
import { explorerRoutes } from "./explorer_routes.tsx";

const HOSTILE = '<img src=x onerror="alert(1)">';

const Line = Type.Object({ product: Type.String({ minLength: 1 }), count: Type.Integer() });
const Order = Type.Object({
  id: Type.String({ description: HOSTILE }),
  size: Type.Union([Type.Literal("small"), Type.Literal("large")]),
  lines: Type.Array(Line),
  note: Type.Optional(Type.String()),
});

const Since = Type.Object({ id: Type.String() });

const contract = defineServiceContract({ schemas: { Order, Since } }, (ref) => ({
  id: "desk@v1",
  displayName: "Desk",
  description: "Takes orders.",
  feeds: {
    "Desk.Orders": { version: "v1", input: ref.schema("Since"), event: ref.schema("Order") },
  },
  resources: { store: { bills: { purpose: "Bills" } } },
  capabilities: { take: { displayName: "Take", description: "Takes an order." } },
  rpc: {
    "Desk.Take": {
      version: "v1",
      input: ref.schema("Order"),
      output: ref.schema("Order"),
      capabilities: { call: ["take"] },
    },
    "Desk.Bill": {
      version: "v1",
      input: ref.schema("Since"),
      output: ref.schema("Order"),
      transfer: { direction: "receive", store: "bills" },
    },
  },
}));

Deno.test("the Explorer of the Console", async (t) => {
  await using trellis = await SecuredTrellis.start();
  await provision(trellis.authority, contract);
  const callers: string[] = [];
  const service = await trellis.addInstance(contract);
  service.handle.rpc.desk.take(({ input, context }) => {
    callers.push(`${context.caller.principal.kind}:${context.caller.principal.id}`);
    return ok(input);
  });
  service.handle.rpc.desk.bill(() => Promise.reject(new Error("nobody asks for one")));
  service.handle.feed.desk.orders(async function* ({ input, cursor = "0" }) {
    for (let n = Number(cursor) + 1; n <= 3; n++) {
      const value = { ...input, size: "small" as const, lines: [], note: `${HOSTILE} ${n}` };
      yield { value, cursor: String(n) };
    }
  });
  await service.serving();
  const { id } = (await trellis.platform.users.add({ name: "ada" }, "test")).orThrow();
  await using visitor = await adminVisitor(trellis.server);
  const app = appFor(visitor, "/explorer", explorerRoutes());
  const page = async (path: string, form?: Readonly<Record<string, string>>) => {
    const response = await app.request(path, form && posted(form));
    return { status: response.status, html: await response.text() };
  };
  const filled = {
    do: "call",
    mode: "form",
    timeout: "5000",
    "/id": "o-1",
    "/size": '"large"',
    "#/lines": "1",
    "/lines/0/product": "lamp",
    "/lines/0/count": "2",
  };

  await t.step("lists what is served, with what it takes", async () => {
    const { html, status } = await page("/explorer");
    assertEquals(status, 200);
    assertStringIncludes(html, 'href="/explorer/desk/Desk.Take"');
    assertStringIncludes(html, "desk::take");
    assertStringIncludes(html, 'href="/explorer/trellis/Auth.Sessions.Me"');
  });

  await t.step("shows a form made from the schema, with foreign text escaped", async () => {
    const { html } = await page("/explorer/desk/Desk.Take");
    assertStringIncludes(html, 'name="/id"');
    assertStringIncludes(html, '<option value="&quot;small&quot;">small</option>');
    assert(!html.includes(HOSTILE));
    assertEquals((await page("/explorer/desk/Desk.Gone")).status, 404);
  });

  await t.step("adds and removes items of a list, and keeps what was typed", async () => {
    const { html } = await page("/explorer/desk/Desk.Take", { ...filled, add: "/lines" });
    assertStringIncludes(html, 'name="/lines/1/product"');
    assertStringIncludes(html, 'value="lamp"');
    const less = await page("/explorer/desk/Desk.Take", { ...filled, remove: "/lines/0" });
    assert(!less.html.includes('value="lamp"'));
    assertStringIncludes(less.html, 'value="o-1"');
  });

  await t.step("calls, and says how to do the same elsewhere", async () => {
    const { html, status } = await page("/explorer/desk/Desk.Take", filled);
    assertEquals(status, 200);
    assertStringIncludes(html, "answered");
    assertStringIncludes(html, "client.used.desk.rpc.desk.take(");
    assertStringIncludes(html, "call Desk.Take");
    assertEquals(callers, ["admin:local"]);
  });

  await t.step("says at each field what does not fit, and calls nothing", async () => {
    const wrong = { ...filled, "/lines/0/count": "many", "/size": "" };
    const { html, status } = await page("/explorer/desk/Desk.Take", wrong);
    assertEquals(status, 422);
    assertStringIncludes(html, "must be a number");
    assertStringIncludes(html, 'value="lamp"');
    assertEquals(callers.length, 1);
  });

  await t.step("writes the input as JSON, and fills the form from it", async () => {
    const { html } = await page("/explorer/desk/Desk.Take", { ...filled, do: "json" });
    assertStringIncludes(html, "&quot;product&quot;: &quot;lamp&quot;");
    const json = '{"id":"o-2","size":"small","lines":[{"product":"desk","count":1}]}';
    const back = await page("/explorer/desk/Desk.Take", { do: "form", mode: "json", json });
    assertStringIncludes(back.html, 'name="/lines/0/product"');
    assertStringIncludes(back.html, 'value="desk"');
  });

  await t.step("follows a feed: each value once, and on from where a page was", async () => {
    const list = await page("/explorer");
    assertStringIncludes(list.html, 'href="/explorer/desk/feeds/Desk.Orders"');
    assertStringIncludes(list.html, "gives files of the store bills");
    const address = "/explorer/desk/feeds/Desk.Orders";
    const asked = { do: "call", mode: "form", timeout: "5000" };
    const { html } = await page(address, { ...asked, "/id": "o-1" });
    assertStringIncludes(html, "client.used.desk.feed.desk.orders(");
    const [, from = ""] = /data-live="([^"]+)"/.exec(html) ?? [];
    const rows = async (address: string, count: number) => {
      const left = new AbortController();
      const { body } = await app.request(new Request(`http://localhost${address}`, left));
      const found: string[] = [];
      for await (const text of body?.pipeThrough(new TextDecoderStream()) ?? []) {
        found.push(...text.split("\n").filter((line) => line.startsWith("data:")));
        if (found.length >= count) break;
      }
      left.abort();
      return found;
    };
    const [first, , , end] = await rows(from, 4);
    assertStringIncludes(first ?? "", "&lt;img");
    assertStringIncludes(end ?? "", "the service has ended it");
    const later = await rows(`${from}&after=2`, 2);
    assertEquals(later.map((row) => row.includes(" 3")), [true, false]);
    assertStringIncludes((await page(address, { ...asked, mode: "json", json: "{}" })).html, "/id");
    assertEquals((await page("/explorer/desk/feeds/Desk.Gone")).status, 404);
  });

  await t.step(
    "calls in the place of somebody, who may do what they may, and the audit tells",
    async () => {
      const as = { ...filled, as: "user:ada" };
      const denied = await page("/explorer/desk/Desk.Take", as);
      assertStringIncludes(denied.html, "trellis.permission.denied");
      const holder = { kind: "user", id } as const;
      (await trellis.platform.access.change({
        action: "add",
        holder,
        names: ["desk::take"],
        by: "test",
      })).orThrow();
      // Also where the clock of this machine is an hour behind that of the server.
      const real = Date.now;
      Date.now = () => real() - 3_600_000;
      const called = await page("/explorer/desk/Desk.Take", as).finally(() => Date.now = real);
      assertStringIncludes(called.html, "answered");
      assertStringIncludes(called.html, "--as user:ada");
      assertEquals(callers, ["admin:local", `user:${id}`]);
      const told = (await (await auditToRead(visitor.messaging.connection)).read()).orThrow();
      const opened = told.flatMap((text) => readAuditEntry(text) ?? []).filter(({ details }) =>
        details?.purpose === "to call something in their place"
      );
      assertEquals(opened.map(({ by, subject }) => [by, subject]), [
        ["admin:local", `user:${id}`],
        ["admin:local", `user:${id}`],
      ]);
      const nobody = await page("/explorer/desk/Desk.Take", { ...filled, as: "user:nobody" });
      assertEquals(nobody.status, 422);
    },
  );

  await t.step("calls what Trellis itself serves", async () => {
    const path = `/explorer/trellis/${Object.keys(auth.manifest.rpc ?? {})[0]}`;
    assertEquals((await page(path)).status, 200);
  });
});
