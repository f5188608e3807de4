import { assert, assertEquals } from "@std/assert";
import { defineAppContract } from "@qlever-llc/trellis";
import { StateError } from "../../contracts/errors/state_error.ts";
import { TransportError } from "../../contracts/errors/transport_error.ts";
import { ValidationError } from "../../contracts/errors/validation_error.ts";
import { isErr, type Result } from "../../contracts/result.ts";
import { sdk as state } from "../../contracts/platform/state_sdk.ts";
import { readAuditEntry } from "../../reconcile/audit/audit_entry.ts";
import { helper, notesV1, notesV2, sensor, tasks } from "../support/platform/state_contracts.ts";
import { ADA, EVE, StateTrellis } from "../support/platform/state_trellis.ts";
import { StateUser } from "../support/platform/state_user.ts";
import { shared } from "../support/shared.ts";

/** An app that asks for what only admins may do. */
const curious = defineAppContract({}, () => ({
  id: "curious@v1",
  displayName: "Curious",
  description: "Wants to see everything.",
  uses: {
    optional: {
      state: state.use({ rpc: { call: ["State.Admin.Get", "State.Admin.List"] } }),
    },
  },
}));

const trellis = shared(() => StateTrellis.start(notesV1, tasks, sensor, helper, curious));
const NOTES = { scope: "userApp", contract: "acme.notes@v1" } as const;

Deno.test("[P71] [P72] [P73] an admin looks after the state of exactly one holder", async () => {
  const trellises = await trellis();
  const [ada, eve] = [await trellises.user(ADA, notesV1), await trellises.user(EVE, notesV1)];
  const device = await trellises.user({ kind: "device", id: "ada" }, sensor);
  const agent = await trellises.user({ kind: "agent", id: "ada" }, helper);
  const draft = { store: "drafts", key: "k" };
  for (const [title, user] of Object.entries({ ada, eve, device, agent })) {
    await user.written({ ...draft, value: { title } });
  }
  const title = async (target: object) => {
    const got = (await (await trellises.admin(target)).get(draft)).orThrow();
    return "found" in got && got.found ? got.entry.value : undefined;
  };
  assertEquals(await title({ ...NOTES, userId: "ada" }), { title: "ada" });
  assertEquals(await title({ ...NOTES, userId: "eve" }), { title: "eve" });
  assertEquals(await title({ ...NOTES, userId: "Ada" }), undefined, "the exact id");
  assertEquals(await title({ ...NOTES, userId: "ada", contract: "acme.tasks@v1" }), undefined);
  const onDevice = { scope: "deviceApp", contract: "acme.sensor@v1", deviceId: "ada" };
  assertEquals(await title(onDevice), { title: "device" });
  const ofAgent = { scope: "agentApp", contract: "acme.helper@v1", agentId: "ada" };
  assertEquals(await title(ofAgent), { title: "agent" });

  const admin = await trellises.admin({ ...NOTES, userId: "ada" });
  const page = (await admin.list({ store: "drafts", limit: 10 })).orThrow();
  assertEquals(page.count, 1);
  const entry = await admin.written({ ...draft, value: { title: "mended" } });
  const seen = (await ada.get(draft)).orThrow();
  assert("found" in seen && seen.found);
  assertEquals(seen.entry, entry);
  const wrong = await StateUser.failure(admin.put({ ...draft, value: { title: 1 } }));
  assert(wrong instanceof ValidationError, String(wrong));
  const { revision: expectedRevision } = entry;
  assertEquals((await admin.delete({ ...draft, expectedRevision })).orThrow(), { deleted: true });
  assertEquals((await ada.get(draft)).orThrow(), { found: false });

  const audited = (await trellises.trellis.platform.audit.read()).orThrow().map(readAuditEntry)
    .filter((noted) => noted?.kind.startsWith("state."));
  assertEquals(audited.map((noted) => [noted?.kind, noted?.by, noted?.subject]), [
    ["state.written", "admin:local", "user:ada"],
    ["state.written", "admin:local", "user:ada"],
    ["state.deleted", "admin:local", "user:ada"],
  ]);
  const details = audited[0]?.details;
  assertEquals(
    [details?.contract, details?.store, details?.key],
    ["acme.notes@v1", "drafts", "k"],
  );
});

Deno.test("[P72] a target that says too little or too much is no target", async () => {
  const trellises = await trellis();
  const targets = [
    { ...NOTES },
    { ...NOTES, deviceId: "ada" },
    { ...NOTES, userId: "ada", deviceId: "ada" },
    { ...NOTES, userId: "ada", scope: "deviceApp" },
    { ...NOTES, userId: "ada", scope: "serviceApp" },
    { ...NOTES, userId: "a.b" },
    { ...NOTES, userId: "" },
    { userId: "ada", contract: "acme.notes@v1" },
  ];
  for (const target of targets) {
    const admin = await trellises.admin(target);
    const error = await StateUser.failure(admin.get({ store: "drafts", key: "k" }));
    assert(error instanceof ValidationError, `${JSON.stringify(target)}: ${error}`);
  }
  const nobody = await trellises.admin({ ...NOTES, userId: "ada", contract: "nothing@v1" });
  const error = await StateUser.failure(nobody.get({ store: "drafts", key: "k" }));
  assert(error instanceof StateError && error.reason === "no_contract", String(error));
});

Deno.test("[P70] others may not: the server lets them send nothing, whatever their contract asks for", async () => {
  const trellises = await trellis();
  for (const [principal, contract] of [[ADA, notesV1], [EVE, curious]] as const) {
    const { messaging } = await trellises.user(principal, contract);
    const asAdmin = new StateUser(messaging, { ...NOTES, userId: principal.id });
    for (
      const call of [
        asAdmin.get({ store: "drafts", key: "k" }),
        asAdmin.put({ store: "drafts", key: "k", value: { title: "t" } }),
        asAdmin.delete({ store: "drafts", key: "k" }),
        asAdmin.list({ store: "drafts", limit: 1 }),
      ]
    ) {
      const error = await StateUser.failure(call);
      assert(error instanceof TransportError, String(error));
      assertEquals(error.code, "trellis.permission.denied");
    }
  }
  // It cannot be granted either.
  const granted = await trellises.trellis.platform.access.change({
    action: "add",
    holder: { kind: "user", id: "eve" },
    names: ["trellis.state::admin"],
    by: "root",
  });
  const changed = granted.take();
  assert(isErr(changed) || changed.undeclared.length > 0);
});

Deno.test("[P70] the handlers refuse whoever is no admin, too", async () => {
  const trellises = await trellis();
  // May publish everything, and says that it is a user.
  const { messaging } = await trellises.admin({});
  const caller = messaging.caller.replace(/^o-local-/, "u-ada-");
  const { maxPayload } = messaging;
  const asUser = new StateUser({
    caller,
    maxPayload,
    request: (...request) => messaging.request(...request),
    close: () => Promise.resolve(),
  }, { ...NOTES, userId: "ada" });
  const error = await StateUser.failure(asUser.get({ store: "drafts", key: "k" }));
  assert(error instanceof StateError && error.reason === "forbidden", String(error));
});

Deno.test("an admin reaches by its name what is declared no more, and writes nothing there", async () => {
  const trellises = await trellis();
  const reason = async (call: Promise<Result<unknown, Error>>) => {
    const error = await StateUser.failure(call);
    assert(error instanceof StateError, String(error));
    return error.reason;
  };
  for (
    const [contract, undeclared] of [
      ["acme.notes@v1", "store_undeclared"],
      ["acme.gone@v1", "no_contract"],
    ] as const
  ) {
    const namespace = { principal: ADA, contract, store: "old" };
    const theme = { ...namespace, store: "old_theme" };
    await trellises.raw.putEntry(namespace, "a/1", {
      stateVersion: "v0",
      value: { title: "kept" },
    });
    await trellises.raw.putEntry(theme, undefined, { value: "dark" });
    const admin = await trellises.admin({ ...NOTES, userId: "ada", contract });
    const entry = { store: "old", key: "a/1" };
    const page = (await admin.list({ store: "old", limit: 5 })).orThrow();
    assertEquals([page.count, page.entries.length], [1, 1]);
    const got = (await admin.get(entry)).orThrow();
    assert("found" in got && got.found);
    assertEquals(got.entry.value, { title: "kept" });
    const value = (await admin.get({ store: "old_theme" })).orThrow();
    assert("found" in value && value.found);
    assertEquals(value.entry.value, "dark");
    assertEquals(await reason(admin.put({ ...entry, value: { title: "new" } })), undeclared);
    assertEquals((await admin.delete(entry)).orThrow(), { deleted: true });
    assertEquals((await admin.delete({ store: "old_theme" })).orThrow(), { deleted: true });
    for (const call of [admin.list({ store: "old", limit: 5 }), admin.get(entry)]) {
      assertEquals(await reason(call), undeclared);
    }
    assertEquals(await reason(admin.delete({ store: "nothing", key: "k" })), undeclared);
  }
  // Who is no admin reaches nothing of it.
  const ada = await trellises.user(ADA, notesV1);
  assertEquals(await reason(ada.get({ store: "old", key: "a/1" })), "store_undeclared");
});

Deno.test("an admin sees what the contract that is accepted now makes of an entry", async () => {
  await using trellises = await StateTrellis.start(notesV1);
  const ada = await trellises.user(ADA, notesV1);
  await ada.written({ store: "preferences", value: { theme: "dark" } });
  await trellises.accept(notesV2);
  const admin = await trellises.admin({ ...NOTES, userId: "ada" });
  const got = (await admin.get({ store: "preferences" })).orThrow();
  assert("migrationRequired" in got);
  assertEquals(got.writerContractDigest, notesV1.digest);
});
