import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { readAuditEntry } from "../../../../reconcile/audit/audit_entry.ts";
import { appFor, posted } from "../../../../tests/support/console/console_app.ts";
import { adminVisitor } from "../../../../tests/support/console/console_visitor.ts";
import { notesV1, sensor } from "../../../../tests/support/platform/state_contracts.ts";
import { StateTrellis } from "../../../../tests/support/platform/state_trellis.ts";
import { shared } from "../../../../tests/support/shared.ts";
import { resourcesRoutes } from "../resources_routes.tsx";

/** A secured Trellis with a user, and its admin in front of the Console. */
const desk = shared(async () => {
  await using opened = new AsyncDisposableStack();
  const state = opened.use(await StateTrellis.start(notesV1, sensor));
  const { platform, server } = state.trellis;
  const ada = (await platform.users.add({ name: "ada" }, "test")).orThrow();
  const visitor = opened.use(await adminVisitor(server));
  const app = appFor(visitor, "/resources", resourcesRoutes());
  const moved = opened.move();
  return {
    state,
    ada,
    ask: async (path: string, init?: RequestInit) => {
      const response = await app.request(path, init);
      const location = response.headers.get("Location");
      return { status: response.status, location, html: await response.text() };
    },
    [Symbol.asyncDispose]: () => moved.disposeAsync(),
  };
});

/** An address about a store of what ada keeps. */
function at(page: string, more: Readonly<Record<string, string>> = {}): string {
  const place = { contract: "acme.notes@v1", store: "drafts", holder: "ada", ...more };
  return `/resources/state${page === "" ? "" : `/${page}`}?${new URLSearchParams(place)}`;
}

const revisionIn = (html: string) => /name="revision" value="([^"]+)"/.exec(html)?.[1] ?? "";

Deno.test("an admin makes, changes and deletes an entry of a user, and it is recorded", async () => {
  const { state, ask } = await desk();
  const form = { key: "a/<b>", value: '{"title":"<script>"}', revision: "", ttl: "1h" };
  const made = await ask(at("write"), posted(form));
  assertEquals(made.status, 303);
  const list = await ask(at(""));
  assertStringIncludes(list.html, "a/&lt;b>");
  assertMatch(list.html, /title="[^"]+">in 5\d minutes|in 59 minutes/);
  const entry = await ask(at("entry", { key: "a/<b>" }));
  assertEquals([entry.status, entry.html.includes('<script>"')], [200, false]);
  const edit = await ask(at("edit", { key: "a/<b>" }));
  const revision = revisionIn(edit.html);
  assertMatch(edit.html, /name="ttl" value="3\d{3}s"/);
  const saved = await ask(at("write"), posted({ ...form, value: '{"title":"b"}', revision }));
  assertEquals(saved.status, 303);

  const late = await ask(at("write"), posted({ ...form, value: '{"title":"c"}', revision }));
  assertEquals(late.status, 409);
  assertStringIncludes(late.html, "{&quot;title&quot;:&quot;c&quot;}");
  const again = await ask(at("write"), posted({ ...form, revision: "" }));
  assertEquals(again.status, 409);

  const asked = await ask(at("delete", { key: "a/<b>" }));
  const stale = await ask(at("delete", { key: "a/<b>" }), posted({ revision }));
  assertEquals(stale.status, 409);
  const gone = await ask(
    at("delete", { key: "a/<b>" }),
    posted({ revision: revisionIn(asked.html) }),
  );
  assertEquals([gone.status, gone.location], [303, at("")]);
  assertEquals((await ask(at("entry", { key: "a/<b>" }))).status, 404);
  const told = (await state.trellis.platform.audit.read()).orThrow().map(readAuditEntry)
    .filter((noted) => noted?.details?.key === "a/<b>").map((noted) => [noted?.kind, noted?.by]);
  assertEquals(told[0], ["state.written", "admin:local"]);
  assertEquals(told.at(-1), ["state.deleted", "admin:local"]);
});

Deno.test("what does not fit is refused and stays typed; what is damaged can be replaced and deleted", async () => {
  const { state, ada, ask } = await desk();
  const cases = [
    { value: '{"title":1}', part: "must be string" },
    { value: "{", part: "is not JSON" },
    { value: '{"title":"a"}', ttl: "soon", part: "must be a time as 500ms" },
  ];
  for (const { value, ttl = "", part } of cases) {
    const { status, html } = await ask(at("write"), posted({ key: "k", value, revision: "", ttl }));
    assertEquals(status, 422);
    assertStringIncludes(html, part);
    assertStringIncludes(html, value.replaceAll('"', "&quot;"));
  }
  const principal = { kind: "user", id: ada.id } as const;
  const namespace = { principal, contract: "acme.notes@v1", store: "drafts" };
  for (const key of ["bad1", "bad2"]) await state.raw.put(namespace, key, "no entry");
  const list = await ask(at(""));
  assertStringIncludes(list.html, "damaged: what is stored is no entry");
  const page = await ask(at("entry", { key: "bad1" }));
  assertStringIncludes(page.html, "It can be deleted, or replaced");
  const edit = await ask(at("edit", { key: "bad1" }));
  assertStringIncludes(edit.html, 'name="replace" value="yes"');
  const form = { key: "bad1", value: '{"title":"good"}', revision: "", ttl: "", replace: "yes" };
  assertEquals((await ask(at("write"), posted(form))).status, 303);
  assertEquals((await ask(at("delete", { key: "bad2" }), posted({ revision: "" }))).status, 303);
  assertEquals((await ask(at("entry", { key: "bad2" }))).status, 404);
});

Deno.test("a store of one value has no key, and a device is meant by its contract", async () => {
  const { state, ask } = await desk();
  const theme = { store: "preferences" };
  const form = { key: "", value: '{"theme":"dark"}', revision: "", ttl: "" };
  const made = await ask(at("write", theme), posted(form));
  assertEquals([made.status, made.location], [303, at("entry", theme)]);
  assertStringIncludes((await ask(at("", theme))).html, "the value");
  await state.user({ kind: "device", id: "ada" }, sensor);
  const device = { contract: "acme.sensor@v1" };
  const page = await ask(at("", device));
  assertStringIncludes(page.html, "Id of the device");
  assertStringIncludes(page.html, "Nothing is kept here.");
});

Deno.test("entries are listed by pages, and who or what is not there is answered on the page", async () => {
  const { ada, state, ask } = await desk();
  const principal = { kind: "user", id: ada.id } as const;
  const namespace = { principal, contract: "acme.notes@v1", store: "drafts" };
  for (let i = 0; i < 55; i++) {
    const key = `many/${String(i).padStart(2, "0")}`;
    await state.raw.putEntry(namespace, key, { value: { title: key } });
  }
  const first = await ask(at("", { prefix: "many" }));
  assertStringIncludes(first.html, "1 to 50 of 55 entries");
  const next = await ask(at("", { prefix: "many", offset: "50" }));
  assertStringIncludes(next.html, "many/54");
  const asked = await ask("/resources/state?contract=acme.notes%40v1&store=drafts");
  assertStringIncludes(asked.html, '<option value="ada">');
  assertEquals((await ask(at("", { holder: "eve" }))).status, 404);
  assertEquals((await ask(at("", { store: "nothing" }))).status, 404);
  assertEquals((await ask(at("", { contract: "constructor" }))).status, 404);
  assert((await ask("/resources")).html.includes("/resources/state?contract=acme.notes%40v1"));
});
