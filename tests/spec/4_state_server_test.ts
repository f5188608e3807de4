import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { StateError } from "../../contracts/errors/state_error.ts";
import { ValidationError } from "../../contracts/errors/validation_error.ts";
import type { StateFound } from "../../contracts/platform/models/index.ts";
import { shared } from "../support/shared.ts";
import {
  helper,
  notesTagged,
  notesV1,
  sensor,
  tasks,
} from "../support/platform/state_contracts.ts";
import { ADA, EVE, StateTrellis } from "../support/platform/state_trellis.ts";
import { until } from "../support/until.ts";
import { StateUser } from "../support/platform/state_user.ts";

const trellis = shared(() => StateTrellis.start(notesV1, tasks, sensor, helper));
/** The value of an entry, of whichever version. */
const valueOf = (found: StateFound) => "entry" in found ? found.entry.value : found.value;
let named = 0;
/** Nobody else's name. */
const somebody = () => ({ kind: "user", id: `user-${named++}` }) as const;

async function titles(user: StateUser, prefix?: string): Promise<unknown[]> {
  const page = (await user.list({ store: "drafts", prefix, limit: 100 })).orThrow();
  assertEquals(page.count, page.entries.length);
  return page.entries.map(valueOf).map((value) => (value as { title: string }).title);
}

Deno.test("[P13] [P46] a value store holds one value for each caller", async () => {
  const state = await trellis();
  const [ada, eve] = [await state.user(ADA, notesV1), await state.user(EVE, notesV1)];
  await ada.written({ store: "preferences", value: { theme: "light" } });
  const written = await ada.written({ store: "preferences", value: { theme: "dark" } });
  assertEquals((await ada.get({ store: "preferences" })).orThrow(), {
    found: true,
    entry: {
      value: { theme: "dark" },
      revision: written.revision,
      updatedAt: written.updatedAt,
    },
  });
  assertEquals((await eve.get({ store: "preferences" })).orThrow(), { found: false });
});

Deno.test("[P16] [P47] a map holds many values for each caller, under their keys", async () => {
  const state = await trellis();
  const [ada, eve] = [await state.user(ADA, notesV1), await state.user(EVE, notesV1)];
  const keys = ["a", "a/b", "a.b", "*", ">", "a b", "é", "e\u0301", "\u{1F600}", "a//b", "/", "a/"];
  for (const key of keys) await ada.written({ store: "drafts", key, value: { title: key } });
  for (const key of keys) {
    const got = (await ada.get({ store: "drafts", key })).orThrow();
    assert("found" in got && got.found);
    const { revision, updatedAt, ...rest } = got.entry;
    assertEquals(rest, { key, value: { title: key } });
    assert(revision !== "" && !Number.isNaN(Date.parse(updatedAt)));
    assertEquals((await eve.get({ store: "drafts", key })).orThrow(), { found: false });
  }
  assertEquals(await titles(eve), []);
  assertEquals((await titles(ada)).toSorted(), keys.toSorted());
});

Deno.test("[P26] [P74] [P56] principals and lineages share nothing, whatever their names", async () => {
  const state = await trellis();
  const callers = await Promise.all([
    state.user({ kind: "user", id: "a" }, notesV1),
    state.user({ kind: "device", id: "a" }, sensor),
    state.user({ kind: "agent", id: "a" }, helper),
    state.user({ kind: "user", id: "a" }, tasks),
    state.user({ kind: "user", id: "aa" }, notesV1),
    state.user({ kind: "user", id: "A" }, notesV1),
  ]);
  for (const [at, caller] of callers.entries()) {
    await caller.written({ store: "drafts", key: "k", value: { title: `${at}` } });
  }
  for (const [at, caller] of callers.entries()) {
    assertEquals(await titles(caller), [`${at}`]);
  }
  const parallel = await state.user({ kind: "user", id: "a" }, notesV1);
  assertEquals(await titles(parallel), ["0"]);
});

Deno.test("[P27] [P28] [P29] an upgrade finds what was written before, and each digest is its own judge", async () => {
  await using state = await StateTrellis.start(notesV1);
  const old = await state.user(ADA, notesV1);
  await old.written({ store: "drafts", key: "k", value: { title: "old" } });
  await state.accept(notesTagged);
  assertNotEquals(notesTagged.digest, notesV1.digest);
  const fresh = await state.user(ADA, notesTagged);
  assertEquals(await titles(fresh), ["old"]);
  const got = (await fresh.get({ store: "drafts", key: "k" })).orThrow();
  assert("found" in got && got.found, "a normal entry");

  const long = { store: "drafts", key: "long", value: { title: "t", tag: "too long" } };
  const refused = await StateUser.failure(fresh.put(long));
  assert(refused instanceof ValidationError, String(refused));
  assertEquals(refused.issues[0]?.path, "/tag");
  // The older digest, which may still run, says nothing of tags.
  await old.written(long);
  const unreadable = await StateUser.failure(fresh.get({ store: "drafts", key: "long" }));
  assert(unreadable instanceof ValidationError, String(unreadable));
  const page = (await fresh.list({ store: "drafts", limit: 10 })).orThrow();
  assertEquals(page.unreadable, [{ key: "long", reason: "invalid_value", stateVersion: "v1" }]);

  const { principal: _, ...place } = { principal: ADA, contract: "acme.notes@v1", store: "drafts" };
  const stored = await state.raw.entry({ principal: ADA, ...place }, "long");
  assertEquals(stored?.writerContractDigest, notesV1.digest);
});

Deno.test("[P28] a session goes on with the code that it runs now, and with none that is not accepted", async () => {
  await using state = await StateTrellis.start(notesV1);
  // One session, opened by the older code, and used by the newer one.
  const upgraded = await state.user(ADA, notesV1, notesTagged.digest);
  const tagged = { store: "drafts", key: "k", value: { title: "t", tag: "too long" } };
  await upgraded.written(tagged);
  // Stored, it would make the newer contract a migration, after which the older may not run.
  (await upgraded.delete({ store: "drafts", key: "k" })).orThrow();
  await state.accept(notesTagged);
  await state.accept(tasks);
  const refused = async () => {
    const answer = await upgraded.put(tagged);
    return answer.isErr() && answer.error instanceof ValidationError;
  };
  await until(refused, "the newer contract judges");
  // Another app's digest leads nowhere else: the session's own counts.
  const foreign = await state.user(ADA, notesV1, tasks.digest);
  await foreign.written({ store: "preferences", value: { theme: "dark" } });
});

Deno.test("[P41] a put without a condition creates, and overwrites", async () => {
  const user = await (await trellis()).user(somebody(), notesV1);
  const first = await user.written({ store: "drafts", key: "k", value: { title: "1" } });
  const second = await user.written({ store: "drafts", key: "k", value: { title: "2" } });
  assertNotEquals(first.revision, second.revision);
  assertEquals(await titles(user), ["2"]);
});

Deno.test("[P42] a put with null creates only where nothing is", async () => {
  const user = await (await trellis()).user(somebody(), notesV1);
  const create = (title: string) =>
    user.put({ store: "drafts", key: "k", value: { title }, expectedRevision: null });
  const created = (await create("1")).orThrow();
  assert(created.applied);
  assertEquals((await create("2")).orThrow(), { applied: false, current: created.entry });
  assertEquals(await titles(user), ["1"]);
  assertEquals((await user.delete({ store: "drafts", key: "k" })).orThrow(), { deleted: true });
  assert((await create("3")).orThrow().applied, "what is deleted is not there");
  assertEquals(await titles(user), ["3"]);
});

Deno.test("[P43] a put with a revision writes only over that one", async () => {
  const user = await (await trellis()).user(somebody(), notesV1);
  const put = async (expectedRevision: string, title: string, key = "k") =>
    (await user.put({ store: "drafts", key, value: { title }, expectedRevision })).orThrow();
  const first = await user.written({ store: "drafts", key: "k", value: { title: "1" } });
  const other = await user.written({ store: "drafts", key: "other", value: { title: "o" } });
  const second = await put(first.revision, "2");
  assert(second.applied);
  const [sequence] = second.entry.revision.split("-");
  const wrong = [first.revision, other.revision, "", "0", sequence!, `${sequence}-00000000`, "x"];
  for (const revision of wrong) {
    assertEquals(await put(revision, "3"), { applied: false, current: second.entry }, revision);
  }
  assertEquals(await put(first.revision, "3", "absent"), { applied: false });
  assertEquals(await titles(user), ["2", "o"]);
});

Deno.test("[P44] a delete with a revision deletes only that one", async () => {
  const user = await (await trellis()).user(somebody(), notesV1);
  const remove = async (expectedRevision?: string) =>
    (await user.delete({ store: "drafts", key: "k", expectedRevision })).orThrow();
  assertEquals(await remove(), { deleted: false });
  const first = await user.written({ store: "drafts", key: "k", value: { title: "1" } });
  const second = await user.written({ store: "drafts", key: "k", value: { title: "2" } });
  for (const wrong of [first.revision, "", "x", second.revision.split("-")[0]!]) {
    assertEquals(await remove(wrong), { deleted: false });
  }
  assertEquals(await titles(user), ["2"]);
  assertEquals(await remove(second.revision), { deleted: true });
  assertEquals(await remove(second.revision), { deleted: false });
  assertEquals(await titles(user), []);
});

Deno.test("[P49] [P50] [P51] [P56] a list is a live page in the order of keys", async () => {
  const state = await trellis();
  const user = await state.user(somebody(), notesV1);
  const put = (key: string) => user.written({ store: "drafts", key, value: { title: key } });
  const inOrder = ["a", "a-", "a/b", "a/b/c", "a0", "b/", "b/c", "b//c"].toSorted();
  for (const key of inOrder.toReversed()) await put(key);
  const page = async (offset?: number, limit = 3, prefix?: string) => {
    const { entries, ...rest } = (await user.list({ store: "drafts", offset, limit, prefix }))
      .orThrow();
    return { ...rest, keys: entries.map((found) => "key" in found ? found.key : undefined) };
  };
  const count = inOrder.length;
  const first = { count, offset: 0, limit: 3, nextOffset: 3 };
  assertEquals(await page(), { ...first, keys: inOrder.slice(0, 3) });
  assertEquals(await page(6), { count, offset: 6, limit: 3, keys: inOrder.slice(6) });
  assertEquals(await page(100), { count, offset: 100, limit: 3, keys: [] });
  assertEquals(await page(0, 0), { count, offset: 0, limit: 0, keys: [] });
  assertEquals(await titles(user, "a"), ["a/b", "a/b/c"]);
  assertEquals(await titles(user, "a/b"), ["a/b/c"]);
  assertEquals(await titles(user, "b"), ["b/", "b//c", "b/c"]);
  assertEquals(await titles(user, "b/"), ["b//c"]);
  assertEquals(await titles(user, "nothing"), []);
  await put("0 before all");
  assertEquals((await page(3)).keys, inOrder.slice(2, 5), "what is written moves what follows");
  (await user.delete({ store: "drafts", key: "0 before all" })).orThrow();
  assertEquals((await page(3)).keys, inOrder.slice(3, 6));
});

Deno.test("[P53] [P78] a page has a bound, and a namespace has none", async () => {
  const user = await (await trellis()).user(somebody(), notesV1);
  for (const limit of [1001, -1, 1.5, Infinity]) {
    const error = await StateUser.failure(user.list({ store: "drafts", limit }));
    assert(error instanceof ValidationError, `${limit}: ${error}`);
  }
  const unlimited = { store: "drafts" } as { store: string; limit: number };
  assert(await StateUser.failure(user.list(unlimited)) instanceof ValidationError);
  const keys = Array.from({ length: 1100 }, (_, at) => `k${at}`);
  for (let at = 0; at < keys.length; at += 550) {
    const some = keys.slice(at, at + 550);
    const write = (key: string) => user.written({ store: "drafts", key, value: { title: key } });
    await Promise.all(some.map(write));
  }
  const page = (await user.list({ store: "drafts", limit: 1000 })).orThrow();
  assertEquals([page.count, page.entries.length, page.nextOffset], [1100, 1000, 1000]);
});

Deno.test("[P61] [P63] what the schema refuses is a validation failure, and nothing is written", async () => {
  const state = await trellis();
  const who = somebody();
  const user = await state.user(who, notesV1);
  for (const value of [{}, { title: 1 }, null, "title", [[]]]) {
    const error = await StateUser.failure(user.put({ store: "drafts", key: "k", value }));
    assert(error instanceof ValidationError, String(error));
  }
  const open = { store: "drafts", key: "k" };
  const without = await StateUser.failure(user.put(open as typeof open & { value: unknown }));
  assert(without instanceof ValidationError, "no value at all");
  const subject = `rpc.v1.State.Put.${user.messaging.caller}`;
  for (const body of ["not JSON", '{"store":"drafts","key":"k","value":NaN}']) {
    const options = { timeoutMs: 5000, requestId: "r" };
    const reply = (await user.messaging.request(subject, body, options)).orThrow();
    assert(reply.isError && JSON.parse(reply.text).type === "ValidationError", reply.text);
  }
  assertEquals(await titles(user), []);
  const place = { principal: who, contract: "acme.notes@v1", store: "drafts" };
  assertEquals(await state.raw.last(place, "k"), undefined);
});

Deno.test("keys that cannot be kept, and stores that are not declared, are refused with a reason", async () => {
  const user = await (await trellis()).user(somebody(), notesV1);
  const reason = async (request: { store: string; key?: string }) => {
    const error = await StateUser.failure(user.get(request));
    assert(error instanceof StateError, String(error));
    assert(error.hint !== "");
    return error.reason;
  };
  assertEquals(await reason({ store: "drafts" }), "wrong_kind");
  assertEquals(await reason({ store: "preferences", key: "k" }), "wrong_kind");
  assertEquals(await reason({ store: "nothing" }), "store_undeclared");
  assertEquals(await reason({ store: "constructor" }), "store_undeclared");
  assertEquals(await reason({ store: "drafts", key: "" }), "invalid_key");
  assertEquals(await reason({ store: "drafts", key: "é".repeat(513) }), "invalid_key");
  assertEquals(await reason({ store: "drafts", key: "\ud800" }), "invalid_key");
  const listed = await StateUser.failure(user.list({ store: "preferences", limit: 1 }));
  assert(listed instanceof StateError && listed.reason === "wrong_kind");
  for (const key of ["/".repeat(1024), "é".repeat(512), "k".repeat(1024)]) {
    await user.written({ store: "drafts", key, value: { title: key.slice(0, 1) } });
  }
  assertEquals((await titles(user)).length, 3);
});

Deno.test("whoever runs no contract, or is no holder of state, is told so", async () => {
  const state = await trellis();
  const reason = async (user: StateUser) => {
    const error = await StateUser.failure(user.get({ store: "drafts", key: "k" }));
    assert(error instanceof StateError, String(error));
    return error.reason;
  };
  assertEquals(await reason(await state.user(somebody())), "no_contract");
  const { messaging } = await state.admin({});
  assertEquals(await reason(new StateUser(messaging)), "no_principal");
  assertEquals(await reason(new StateUser(state.trellis.messaging)), "no_principal");
});
