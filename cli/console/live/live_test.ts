import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { adminVisitor } from "../../../tests/support/console/console_visitor.ts";
import { appFor } from "../../../tests/support/console/console_app.ts";
import { LivePart } from "../../../tests/support/console/live_part.ts";
import { SecuredTrellis } from "../../../tests/support/platform/secured_trellis.ts";
import { desk, mail, serveMail } from "../../../tests/support/platform/mailing.ts";
import { until } from "../../../tests/support/until.ts";
import { ok } from "../../../mod.ts";
import { askAuth } from "../../commands/login/own_session.ts";
import { LiveHub } from "../../live/nats/live_hub.ts";
import { liveRoutes } from "./live_routes.tsx";

const HOSTILE = '<img src=x onerror="alert(1)">';

Deno.test("the page of the Console that shows what happens", async (t) => {
  await using trellis = await SecuredTrellis.start();
  await using post = await trellis.deploy(mail);
  await serveMail(post);
  const service = await trellis.deploy(desk);
  service.handle.rpc.desk.ask(async ({ input, client }) =>
    ok(await client.used.post!.rpc.mail.send(input).orThrow())
  );
  await service.serving();
  await using visitor = await adminVisitor(trellis.server);
  const hub = new LiveHub({ perSecond: 50 });
  const app = appFor(visitor, "/live", liveRoutes(hub));
  const html = async (path: string) => {
    const response = await app.request(path);
    assertEquals(response.status, 200);
    return await response.text();
  };
  const ask = (requestId: string) =>
    service.rpc.desk.ask({ text: "hello" }, { requestId }).orThrow();

  await t.step("nothing seen yet says what to do next", async () => {
    const page = await html("/live");
    assertStringIncludes(page, 'href="/explorer"');
    assertStringIncludes(page, '<option value="desk">');
    // A page is a look, so that it shows something also without a script.
    assertEquals(hub.isReading, true);
  });

  await t.step("rows come as they happen, those that are asked for", async () => {
    await using part = new LivePart(
      await app.request(`/live/rows?deployment=desk&name=ask&after=${hub.last}`),
    );
    let row: string | undefined;
    part.next().then((html) => row = html);
    await until(() => ask("first").then(() => row !== undefined), "a row");
    assertStringIncludes(row!, "Desk.Ask");
    assertStringIncludes(row!, "service desk");
    assertEquals(row!.includes("Mail.Send"), false);
    const errors = await html("/live?errors=1");
    assertEquals(errors.includes("<tbody><tr>") || errors.includes("Desk.Ask</a>"), false);
    assertEquals((await html("/live?paused=1")).includes("data-live"), false);
  });

  await t.step("a trace shows what was called for what, across services", async () => {
    const trace = () => hub.after(0, { name: "Mail.Send" }, 100).at(-1);
    await until(() => ask("second").then(() => trace() !== undefined), "the call behind the call");
    const item = trace();
    assert(item?.kind === "request");
    await until(() => hub.ofTrace(item.trace).length > 1, "both of its requests");
    const page = await html(`/live/${item.trace}`);
    assertStringIncludes(page, 'class="deep deep-0"><a href="/explorer/desk/Desk.Ask"');
    assertStringIncludes(page, 'class="deep deep-1"><a href="/explorer/mail/Mail.Send"');
    assertEquals(page.includes("style="), false);
    assertStringIncludes(await html(`/live/${"0".repeat(32)}`), "Nothing of this trace was seen");
  });

  await t.step(
    "an event is shown with its body, as text, and one that is gone is said so",
    async () => {
      await post.event.mail.wanted.publish({ text: HOSTILE }).orThrow();
      const seen = () => hub.after(0, { kind: "event" }, 1).at(0);
      await until(() => seen() !== undefined, "the event");
      const item = seen();
      assert(item?.kind === "event");
      const page = await html(`/live/events/${item.sequence}`);
      assertStringIncludes(page, "&lt;img src=x");
      assertEquals(page.includes(HOSTILE), false);
      assertStringIncludes(await html("/live"), `href="/live/events/${item.sequence}"`);
      assertEquals((await app.request("/live/events/999999")).status, 404);
    },
  );

  await t.step("what is asked of Trellis itself is shown where that is asked for", async () => {
    const path = "/live?name=Auth.Sessions";
    await until(async () => {
      (await askAuth("Auth.Sessions.Me", {}, visitor.messaging)).orThrow();
      return (await html(`${path}&platform=1`)).includes("Auth.Sessions.Me</a>");
    }, "a request to Trellis");
    assertEquals((await html(path)).includes("Auth.Sessions.Me</a>"), false);
    assertStringIncludes(await html(`${path}&deployment=trellis`), "Auth.Sessions.Me</a>");
  });

  await t.step("what somebody types is text", async () => {
    const page = await html(`/live?${new URLSearchParams({ name: HOSTILE, by: HOSTILE })}`);
    assertEquals(page.includes(HOSTILE), false);
    assertStringIncludes(page, "&lt;img src=x");
  });

  await t.step("nobody is asked to report any more when nobody looks", async () => {
    await visitor[Symbol.asyncDispose]();
    assertEquals(hub.isReading, false);
  });
  assertEquals(trellis.failures, []);
});
