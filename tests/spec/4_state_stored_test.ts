import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { StateError } from "../../contracts/errors/state_error.ts";
import { TransportError } from "../../contracts/errors/transport_error.ts";
import { UnexpectedError } from "../../contracts/errors/unexpected_error.ts";
import { ValidationError } from "../../contracts/errors/validation_error.ts";
import { sessionOf } from "../../contracts/identity/caller.ts";
import { KeyPair } from "../../contracts/identity/key_pair.ts";
import type { StateNamespace } from "../../contracts/stored/state_key.ts";
import { notesV1, notesV2 } from "../support/platform/state_contracts.ts";
import { StateTrellis } from "../support/platform/state_trellis.ts";
import { StateUser } from "../support/platform/state_user.ts";
import { shared } from "../support/shared.ts";

const trellis = shared(async () => {
  const state = await StateTrellis.start(notesV1);
  await state.accept(notesV2);
  return state;
});
const NOTES = { contract: "acme.notes@v1" } as const;
let named = 0;

/** Somebody new, under a version of the contract, and where their entries are. */
async function somebody(contract: typeof notesV1 | typeof notesV2 = notesV2) {
  const state = await trellis();
  const principal = { kind: "user", id: `user-${named++}` } as const;
  const drafts: StateNamespace = { principal, ...NOTES, store: "drafts" };
  const preferences: StateNamespace = { principal, ...NOTES, store: "preferences" };
  const user = await state.user(principal, contract);
  return { raw: state.raw, principal, user, drafts, preferences };
}

Deno.test("[P19] [P39] an entry is kept in the bucket of Trellis, with its version and its writer", async () => {
  const { raw, user, preferences } = await somebody();
  const { updatedAt } = await user.written({
    store: "preferences",
    value: { theme: "dark", compact: true },
  });
  const { principal } = preferences;
  assertEquals(await raw.entry(preferences), {
    format: "trellis.state.v1",
    principal: `user:${principal.id}`,
    contract: "acme.notes@v1",
    store: "preferences",
    stateVersion: "preferences.v2",
    writerContractDigest: notesV2.digest,
    updatedAt,
    value: { theme: "dark", compact: true },
  });
});

Deno.test("[P7] a store that declares no version has the version v1", async () => {
  const { raw, user, drafts } = await somebody();
  assertEquals(notesV2.manifest.state?.drafts?.stateVersion, undefined);
  await user.written({ store: "drafts", key: "a/b", value: { title: "t" } });
  const draft = await raw.entry(drafts, "a/b");
  assertEquals([draft?.key, draft?.stateVersion], ["a/b", "v1"]);
});

Deno.test("[P20] callers reach neither the bucket nor what is said about it", async () => {
  const state = await trellis();
  const principal = { kind: "user", id: "nosy" } as const;
  const opened = await state.trellis.platform.openUserSession({ principal, contract: notesV2 });
  const key = KeyPair.fromSeed("user", opened.orThrow().seed ?? "")!;
  const denied: string[] = [];
  const connection = (await state.trellis.server.open(key)).orThrow();
  (async () => {
    for await (const status of connection.status()) {
      if (status.type === "error") denied.push(status.error.message);
    }
  })();
  const session = sessionOf(key.publicKey);
  const subjects = [
    "$KV.trellis_state.x.y",
    "$JS.API.STREAM.MSG.GET.KV_trellis_state",
    "$JS.API.DIRECT.GET.KV_trellis_state",
    "$JS.API.STREAM.INFO.KV_trellis_state",
    "$JS.API.STREAM.PURGE.KV_trellis_state",
    "$JS.API.CONSUMER.CREATE.KV_trellis_state",
    // As somebody else.
    `rpc.v1.State.Get.u-ada-${session}`,
    `rpc.v1.State.Get.d-nosy-${session}`,
    `rpc.v1.State.Admin.Get.u-nosy-${session}`,
  ];
  for (const subject of subjects) connection.publish(subject, "{}");
  connection.subscribe("$KV.trellis_state.>");
  connection.subscribe("rpc.v1.State.>");
  await connection.flush();
  await connection.flush();
  for (const subject of [...subjects, "$KV.trellis_state.>", "rpc.v1.State.>"]) {
    assert(denied.some((message) => message.includes(`"${subject}"`)), `${subject}: ${denied}`);
  }
});

Deno.test("[P36] [P37] [P48] an entry of an accepted version waits for its migration, and is not changed", async () => {
  const { user: old, raw, preferences, principal } = await somebody(notesV1);
  const written = await old.written({ store: "preferences", value: { theme: "dark" } });
  const before = await raw.last(preferences);
  const user = await (await trellis()).user(principal, notesV2);
  const migration = {
    migrationRequired: true as const,
    entry: written,
    stateVersion: "preferences.v1",
    currentStateVersion: "preferences.v2",
    writerContractDigest: notesV1.digest,
  };
  const found = (await user.get({ store: "preferences" })).orThrow();
  assertEquals(found, migration);
  const value = { theme: "dark", compact: false };
  const refused = await user.put({ store: "preferences", value, expectedRevision: null });
  assertEquals(refused.orThrow(), { applied: false, current: migration });
  const after = await raw.last(preferences);
  assertEquals([after?.seq, after?.string()], [before?.seq, before?.string()]);
  // What the client does about it.
  const migrated = await user.put({
    store: "preferences",
    value,
    expectedRevision: written.revision,
  });
  assert(migrated.orThrow().applied);
  const got = (await user.get({ store: "preferences" })).orThrow();
  assert("found" in got && got.found);
  assertEquals(got.entry.value, value);
});

Deno.test("[P36] an old value that its own version refuses is not handed out for migration", async () => {
  const { user, raw, preferences } = await somebody();
  const stateVersion = "preferences.v1";
  await raw.putEntry(preferences, undefined, { stateVersion, value: { theme: 1 } });
  const error = await StateUser.failure(user.get({ store: "preferences" }));
  assert(error instanceof ValidationError, String(error));
  assertEquals(error.issues[0]?.path, "/theme");
});

Deno.test("[P34] an entry of a version that is neither current nor accepted is no entry", async () => {
  const { user, raw, drafts, preferences, principal } = await somebody();
  for (const stateVersion of ["v2", "V1", "v1 ", "preferences.v1", "constructor", "__proto__"]) {
    await raw.putEntry(drafts, "k", { stateVersion });
    const error = await StateUser.failure(user.get({ store: "drafts", key: "k" }));
    assert(error instanceof StateError && error.reason === "version_unknown", String(error));
    assertStringIncludes(error.message, `"${stateVersion}"`);
    const page = (await user.list({ store: "drafts", limit: 10 })).orThrow();
    const reason = "version_unknown" as const;
    const unreadable = [{ key: "k", reason, stateVersion }];
    assertEquals(page, { entries: [], count: 1, offset: 0, limit: 10, unreadable });
    const put = await user.put({
      store: "drafts",
      key: "k",
      value: { title: "t" },
      expectedRevision: null,
    });
    assertEquals(put.orThrow(), { applied: false }, "it is there, and stays");
  }
  // To older code, what newer code has written.
  await user.written({ store: "preferences", value: { theme: "dark", compact: true } });
  const old = await (await trellis()).user(principal, notesV1);
  const error = await StateUser.failure(old.get({ store: "preferences" }));
  assert(error instanceof StateError && error.reason === "version_unknown", String(error));
  assertEquals((await raw.entry(preferences))?.stateVersion, "preferences.v2");
});

Deno.test("[P40] an entry without its stamps is refused, and may be written over or deleted", async () => {
  const { user, raw, drafts } = await somebody();
  const stamps = [{ stateVersion: undefined }, { writerContractDigest: undefined }];
  for (const [at, stamp] of stamps.entries()) {
    const key = `k${at}`;
    // As an entry of before the first version: a value and nothing else that says what it is.
    await raw.putEntry(drafts, key, { ...stamp } as object);
    const error = await StateUser.failure(user.get({ store: "drafts", key }));
    assert(error instanceof StateError && error.reason === "unstamped", String(error));
    const page = (await user.list({ store: "drafts", limit: 10 })).orThrow();
    assertEquals(page.entries, []);
    assertEquals(page.unreadable, [{ key, reason: "unstamped" }]);
    if (at === 0) await user.written({ store: "drafts", key, value: { title: "t" } });
    assertEquals((await user.delete({ store: "drafts", key })).orThrow(), { deleted: true });
  }
});

Deno.test("[P62] a damaged envelope is an unexpected error that names the key, for reads and lists", async () => {
  const { user, raw, drafts } = await somebody();
  const entry = { expiresAt: "2999-01-31T12:00:00.000Z" };
  const damages: readonly (() => Promise<void>)[] = [
    () => raw.put(drafts, "k", "secret that is no JSON"),
    () => raw.put(drafts, "k", "null"),
    () => raw.put(drafts, "k", "[]"),
    () => raw.putEntry(drafts, "k", { format: "trellis.state.v9" } as object),
    () => raw.putEntry(drafts, "k", { updatedAt: "soon" }),
    () => raw.putEntry(drafts, "k", { stateVersion: "" }),
    () => raw.putEntry(drafts, "k", { principal: "user:somebody-else" }),
    () => raw.putEntry(drafts, "k", { contract: "acme.tasks@v1" }),
    () => raw.putEntry(drafts, "k", { store: "preferences" }),
    () => raw.putEntry(drafts, "k", { key: "other" }),
    // The header says nothing of it.
    () => raw.put(drafts, "k", { ...entry, format: "trellis.state.v1" }),
  ];
  for (const damage of damages) {
    await damage();
    for (
      const call of [
        user.get({ store: "drafts", key: "k" }),
        user.list({ store: "drafts", limit: 10 }),
        user.put({ store: "drafts", key: "k", value: { title: "t" }, expectedRevision: null }),
      ]
    ) {
      const error = await StateUser.failure(call);
      assert(error instanceof UnexpectedError, String(error));
      assertStringIncludes(error.message, '"k" of state.drafts');
      assert(!error.message.includes("secret"), error.message);
    }
  }
  await user.written({ store: "drafts", key: "k", value: { title: "mended" } });
  const got = (await user.get({ store: "drafts", key: "k" })).orThrow();
  assert("found" in got && got.found);
});

Deno.test("a value that the server does not take is refused before anything is written", async () => {
  const { user, raw, drafts, principal } = await somebody();
  const before = await raw.newest();
  const large = { title: "x".repeat(2 << 20) };
  const sent = await StateUser.failure(user.put({ store: "drafts", key: "k", value: large }));
  assert(sent instanceof TransportError, String(sent));
  assertEquals(sent.code, "trellis.rpc.payload_too_large");
  // One that fits into a request, and not with its envelope.
  const title = "x".repeat(user.messaging.maxPayload - 300);
  const kept = await StateUser.failure(
    user.put({ store: "drafts", key: "k", value: { title } }, { requestId: "r" }),
  );
  assert(kept instanceof StateError && kept.reason === "too_large", String(kept).slice(0, 200));
  assert(kept.hint !== "");
  assertEquals([await raw.newest(), await raw.last(drafts, "k")], [before, undefined]);
  // What can be written can be read and listed, many of them in several pages.
  const most = { title: "x".repeat(user.messaging.maxPayload - 1200) };
  for (const key of ["a", "b"]) await user.written({ store: "drafts", key, value: most });
  const page = (await user.list({ store: "drafts", limit: 10 })).orThrow();
  assertEquals([page.count, page.entries.length, page.nextOffset], [2, 1, 1]);
  const old = await (await trellis()).user(principal, notesV1);
  assertEquals((await old.list({ store: "drafts", limit: 10, offset: 1 })).orThrow().offset, 1);
});
