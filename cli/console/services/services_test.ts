import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { Type } from "@sinclair/typebox";
import { defineServiceContract } from "../../../mod.ts";
import { kvContract } from "../../../tests/support/kv_contract.ts";
import { propose, provision } from "../../../tests/support/deployed.ts";
import { adminVisitor } from "../../../tests/support/console/console_visitor.ts";
import { appFor, posted } from "../../../tests/support/console/console_app.ts";
import { LivePart } from "../../../tests/support/console/live_part.ts";
import { RawBuckets } from "../../../tests/support/nats/raw_buckets.ts";
import { SecuredTrellis } from "../../../tests/support/platform/secured_trellis.ts";
import { makeDecision } from "../../commands/authority/plan_decision.ts";
import { servicesRoutes } from "./services_routes.tsx";

const HOSTILE = '<img src=x onerror="alert(1)">';
const IN_TERMINAL = "ada in a terminal";

Deno.test("Admin → Services of the Console", async (t) => {
  await using trellis = await SecuredTrellis.start();
  const { authority } = trellis;
  await using visitor = await adminVisitor(trellis.server);
  const app = appFor(visitor, "/services", servicesRoutes());
  const page = async (path: string, form?: Readonly<Record<string, string>>) => {
    const response = await app.request(path, form && posted(form));
    const html = await response.text();
    return { status: response.status, html, location: response.headers.get("Location") };
  };
  const inTerminal = { authority, by: IN_TERMINAL };
  const stateOf = async (deployment: string, id: string) =>
    (await authority.plan(deployment, id)).orThrow().state;

  await t.step("says what to do where nothing is", async () => {
    assertStringIncludes((await page("/services")).html, "No contract was presented");
    assertStringIncludes((await page("/services/plans")).html, "Nothing waits for a decision");
    assertStringIncludes((await page("/services/graph")).html, "No accepted contract uses");
    assertEquals((await page("/services/nobody")).status, 404);
  });

  await t.step("[T23] the selected service shows the delta, and it is accepted there", async () => {
    const { plan, deployment } = await propose(authority, kvContract({ orders: { history: 5 } }));
    const list = await page("/services");
    assertStringIncludes(list.html, "Admin → Services");
    assertStringIncludes(list.html, "Authority review required");
    assertStringIncludes(list.html, `href="/services/${deployment}"`);

    const selected = await page(`/services/${deployment}`);
    assertStringIncludes(selected.html, "Authority review required");
    assertStringIncludes(selected.html, "kv orders");
    assertStringIncludes(selected.html, "kv.added");
    assertStringIncludes(selected.html, `action="/services/${deployment}/plans/${plan.id}"`);
    assertStringIncludes(selected.html, "Accept the update");

    const address = `/services/${deployment}/plans/${plan.id}`;
    const made = await page(address, { verb: "accept-update", expectedDesiredVersion: "0" });
    assertEquals([made.status, made.location], [303, address]);
    const after = await page(address);
    assertStringIncludes(after.html, "Accepted: orders-service is at version 1");
    assertStringIncludes(after.html, "being reconciled");
    assert(!after.html.includes('<form id="decision"'));
    const record = (await authority.show(deployment)).orThrow();
    const { by, signedBy } = record.history.at(-1)!;
    assertEquals([by, signedBy], ["admin:local", visitor.signer?.publicKey]);

    const reconciled = await page(`/services/${deployment}/reconcile`, {});
    assertEquals([reconciled.status, reconciled.location], [303, `/services/${deployment}`]);
    assertEquals(await new RawBuckets(trellis.messaging.connection).names(), [
      "svc_orders_service_orders",
    ]);
    assertStringIncludes((await page(`/services/${deployment}`)).html, "created the bucket");
    assertStringIncludes((await page(address)).html, "is in force");
  });

  await t.step("[T27] what the CLI accepts is no longer pending here", async () => {
    const { plan, deployment } = await propose(
      authority,
      kvContract({ orders: { history: 6 }, carts: {} }),
    );
    const address = `/services/${deployment}/plans/${plan.id}`;
    assertStringIncludes((await page("/services/plans")).html, plan.id);
    await using open = new LivePart(await app.request(`${address}/live`));
    assertStringIncludes(await open.next(), "Authority review required");
    const place = { deployment, planId: plan.id, expectedDesiredVersion: undefined };
    const started = performance.now();
    (await makeDecision(place, { verb: "accept-update" }, inTerminal)).orThrow();
    const told = await open.until("decided");
    assert(performance.now() - started < 5000);
    assertStringIncludes(told, "plan-progress decided");
    assertStringIncludes(told, IN_TERMINAL);
    assert(!(await page("/services/plans")).html.includes(plan.id));
    assert(!(await page("/services")).html.includes("Authority review required"));
    const decided = await page(address);
    assert(!decided.html.includes('<form id="decision"'));
    // Who had it open may still try.
    const late = await page(address, {
      verb: "reject",
      expectedDesiredVersion: "1",
      reason: "too late\r\nfor this",
    });
    assertEquals(late.status, 409);
    assertStringIncludes(late.html, `this plan was accepted by ${IN_TERMINAL}`);
    assertStringIncludes(late.html, "too late\nfor this");
    (await authority.reconcile(deployment)).orThrow();
  });

  await t.step("[T27] what is rejected here is no longer pending for the CLI", async () => {
    const { plan, deployment } = await propose(
      authority,
      kvContract({ orders: { history: 7 }, carts: {} }),
    );
    const address = `/services/${deployment}/plans/${plan.id}`;
    const form = { verb: "reject", expectedDesiredVersion: "2" };
    const silent = await page(address, { ...form, reason: "  " });
    assertEquals(silent.status, 422);
    assertStringIncludes(silent.html, 'aria-invalid="true"');
    assertEquals(await stateOf(deployment, plan.id), "pending");
    const rejected = await page(address, { ...form, reason: `${HOSTILE} not now` });
    assertEquals(rejected.status, 303);
    assertEquals((await authority.plans(deployment, "pending")).orThrow(), []);
    const place = { deployment, planId: plan.id, expectedDesiredVersion: undefined };
    const refused = await makeDecision(place, { verb: "accept-update" }, inTerminal);
    assert(refused.isErr());
    assertEquals(refused.error.code, "plan_already_decided");
    const after = await page(address);
    assertStringIncludes(after.html, "Rejected: nothing was changed");
    assert(!after.html.includes(HOSTILE));
    assertStringIncludes(after.html, "&lt;img src=x");
  });

  await t.step("a stale plan is not accepted, and nothing that was typed is lost", async () => {
    const { plan, deployment } = await propose(authority, kvContract({ orders: { history: 1 } }));
    assertEquals(plan.kind, "migration");
    const address = `/services/${deployment}/plans/${plan.id}`;
    const form = {
      verb: "accept-migration",
      expectedDesiredVersion: "1",
      acknowledgement: "a backup was taken",
      deleteData: "kv/carts",
    };
    const stale = await page(address, form);
    assertEquals(stale.status, 409);
    assertStringIncludes(stale.html, "what is accepted has changed");
    assertStringIncludes(stale.html, 'name="expectedDesiredVersion" value="2"');
    assertStringIncludes(stale.html, ">a backup was taken</textarea>");
    assertStringIncludes(stale.html, 'value="kv/carts" checked');
    assertEquals(await stateOf(deployment, plan.id), "pending");
  });

  await t.step(
    "a migration is accepted with an acknowledgement only, data as it was chosen",
    async () => {
      const [plan] = (await authority.plans("orders-service", "pending")).orThrow();
      const { id } = plan!.plan;
      const address = `/services/orders-service/plans/${id}`;
      const shown = await page(address);
      assertStringIncludes(shown.html, "kv.history.reduced");
      assertStringIncludes(shown.html, "Also delete the data of kv/carts");
      const measured = await page(address, {
        verb: "measure",
        reason: "half a sentence",
        expectedDesiredVersion: "2",
      });
      assertEquals(measured.status, 200);
      assertStringIncludes(measured.html, "The data was looked at just now");
      assertStringIncludes(measured.html, ">half a sentence</textarea>");
      const form = { verb: "accept-migration", expectedDesiredVersion: "2" };
      const silent = await page(address, { ...form, deleteData: "kv/carts" });
      assertEquals(silent.status, 422);
      assertStringIncludes(silent.html, "say below what you have made sure of");
      assertStringIncludes(silent.html, 'value="kv/carts" checked');
      const unsafe = await page(address, { ...form, verb: "accept-update" });
      assertEquals(unsafe.status, 422);
      const made = await page(address, {
        ...form,
        acknowledgement: "backup taken",
        deleteData: "kv/carts",
      });
      assertEquals(made.status, 303);
      const decision = (await authority.show("orders-service")).orThrow().history.at(-1);
      assertEquals([decision?.acknowledgement, decision?.deleteData], ["backup taken", [
        "kv/carts",
      ]]);
      assertStringIncludes((await page(address)).html, "The data of kv/carts is deleted");
      (await authority.reconcile("orders-service")).orThrow();
      assertEquals(await new RawBuckets(trellis.messaging.connection).names(), [
        "svc_orders_service_orders",
      ]);
    },
  );

  await t.step("going back to a version makes a plan that waits", async () => {
    const asked = await page("/services/orders-service/rollback", { version: "1" });
    assertEquals(asked.status, 303);
    const shown = await page(asked.location!);
    assertStringIncludes(shown.html, "nothing changes until it is accepted");
    assertStringIncludes(shown.html, "with what version 1 asked for");
    const unknown = await page("/services/orders-service/rollback", { version: "77" });
    assertEquals(unknown.status, 404);
    assertStringIncludes(unknown.html, "was never at version 77");
    const strange = await page("/services/orders-service/delete-data", { resource: "kv/orders" });
    assertStringIncludes(strange.html, "has no retired resource kv/orders");
  });

  await t.step("callers, figures and what a plan would break", async () => {
    const orders = (isNarrow: boolean) =>
      defineServiceContract({
        schemas: { Query: Type.Object({ id: Type.String(isNarrow ? { maxLength: 3 } : {}) }) },
      }, (ref) => ({
        id: "graph@v1",
        displayName: HOSTILE,
        description: HOSTILE,
        rpc: {
          "Desk.Get": { version: "v1", input: ref.schema("Query"), output: ref.schema("Query") },
        },
        resources: { kv: { desks: { purpose: HOSTILE, schema: ref.schema("Query") } } },
      }));
    const user = defineServiceContract({}, () => ({
      id: "caller@v1",
      displayName: "Caller",
      description: "Calls.",
      uses: { required: { desk: orders(false).use({ rpc: { call: ["Desk.Get"] } }) } },
    }));
    await provision(authority, orders(false));
    await provision(authority, user);
    const running = await trellis.addInstance(orders(false));
    (await running.kv.desks.put("one", { id: "one" })).orThrow();
    await using list = new LivePart(await app.request("/services/live"));
    await list.until("1 running");

    // It has the name of a page.
    const selected = await page("/services/~graph");
    assertStringIncludes(selected.html, 'href="/explorer/graph/Desk.Get"');
    assertStringIncludes(selected.html, 'href="/resources/graph/kv/desks"');
    assertStringIncludes(selected.html, "1 entry");
    assertStringIncludes(selected.html, "answers");
    assertStringIncludes(selected.html, 'href="/services/caller"');
    assertStringIncludes(selected.html, "signed by ");
    const whole = await page("/services/graph");
    assertStringIncludes(whole.html, "Nothing would break");
    assert(!/class="line broken"/.test(whole.html));

    const { plan } = await propose(authority, orders(true));
    assertStringIncludes(await list.until("Authority review required"), plan.id);
    const red = await page("/services/graph");
    assertStringIncludes(red.html, 'class="line broken"');
    assertStringIncludes(red.html, "would break 1 use");
    assertStringIncludes(red.html, `href="/services/~graph/plans/${plan.id}"`);
    const review = await page(`/services/~graph/plans/${plan.id}`);
    assertStringIncludes(review.html, 'href="/services/caller"');
    for (const { html } of [selected, whole, red, review, await page("/services")]) {
      assert(!html.includes(HOSTILE));
      assert(!html.includes("style="));
    }
  });

  await t.step("a record that cannot be read is shown with what is wrong", async () => {
    await trellis.messaging.connection.request(
      "$KV.trellis_authority.deployment.broken",
      `{"format": "${HOSTILE.replaceAll('"', "'")}"}`,
    );
    const list = await page("/services");
    assertStringIncludes(list.html, "Cannot be read");
    assertStringIncludes(list.html, "broken");
    assertStringIncludes(list.html, "orders-service");
    assert(!list.html.includes("<img"));
    assertEquals((await page("/services/broken")).status, 422);
  });
});
