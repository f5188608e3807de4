import { assert, assertEquals } from "@std/assert";
import type { StateNamespace } from "../../contracts/stored/state_key.ts";
import { notesV1 } from "../support/platform/state_contracts.ts";
import { StateTrellis } from "../support/platform/state_trellis.ts";
import { shared } from "../support/shared.ts";
import { until } from "../support/until.ts";

const trellis = shared(() => StateTrellis.start(notesV1));
let named = 0;

/** Somebody new, whose draft "over" has expired and is stored all the same. */
async function somebody() {
  const { raw, ...state } = await trellis();
  const principal = { kind: "user", id: `user-${named++}` } as const;
  const drafts: StateNamespace = { principal, contract: "acme.notes@v1", store: "drafts" };
  const user = await (await trellis()).user(principal, notesV1);
  await raw.putEntry(drafts, "over", { expiresAt: new Date(Date.now() - 1000).toISOString() });
  return { ...state, raw, user, drafts };
}

const over = { store: "drafts", key: "over" } as const;

Deno.test("[P64] [P65] a time to live belongs to one entry, and to no bucket", async () => {
  const { user, raw, drafts } = await somebody();
  const entry = await user.written({
    store: "drafts",
    key: "k",
    value: { title: "t" },
    ttlMs: 60_000,
  });
  assertEquals(Date.parse(entry.expiresAt ?? "") - Date.parse(entry.updatedAt), 60_000);
  const got = (await user.get({ store: "drafts", key: "k" })).orThrow();
  assert("found" in got && got.found);
  assertEquals(got.entry, entry);
  const other = await user.written({ store: "drafts", key: "other", value: { title: "o" } });
  assertEquals(other.expiresAt, undefined);
  const lasting = await user.written({ store: "drafts", key: "k", value: { title: "t" } });
  assertEquals(lasting.expiresAt, undefined, "what is written again without one has none");
  // Stored, and absent all the same: what is stored does not decide.
  assert(await raw.last(drafts, "over") !== undefined);
  assertEquals((await user.get(over)).orThrow(), { found: false });
});

Deno.test("[P66] [P67] [P69] an entry that expires is not found, listed, counted or deleted any more", async () => {
  const { user } = await somebody();
  await user.written({ store: "drafts", key: "stays", value: { title: "s" } });
  const page = async () => {
    const { entries, count } = (await user.list({ store: "drafts", limit: 10 })).orThrow();
    return { keys: entries.map((found) => "key" in found ? found.key : ""), count };
  };
  assertEquals(await page(), { keys: ["stays"], count: 1 });
  const goes = { store: "drafts", key: "goes" } as const;
  await user.written({ ...goes, value: { title: "g" }, ttlMs: 60_000 });
  assertEquals(await page(), { keys: ["goes", "stays"], count: 2 });
  await user.written({ ...goes, value: { title: "g" }, ttlMs: 50 });
  await until(async () => (await page()).count === 1, "it is counted no more");
  assertEquals(await page(), { keys: ["stays"], count: 1 });
  assertEquals((await user.get(goes)).orThrow(), { found: false });
  assertEquals((await user.delete(goes)).orThrow(), { deleted: false });
  assertEquals((await user.delete(over)).orThrow(), { deleted: false });
  await user.written({ store: "drafts", key: "over", value: { title: "again" } });
  assertEquals(await page(), { keys: ["over", "stays"], count: 2 });
});

Deno.test("[P68] an entry that has expired is absent to conditions: null is met, and its revision is not", async () => {
  const { user } = await somebody();
  const put = async (key: string, expectedRevision: string | null, title: string) =>
    (await user.put({ store: "drafts", key, value: { title }, expectedRevision })).orThrow();
  assert((await put("over", null, "new")).applied);
  assert(!(await put("over", null, "newer")).applied);

  const goes = await user.written({
    store: "drafts",
    key: "goes",
    value: { title: "g" },
    ttlMs: 60_000,
  });
  const renewed = await put("goes", goes.revision, "while it lasts");
  assert(renewed.applied);
  const short = await user.written({
    store: "drafts",
    key: "goes",
    value: { title: "g" },
    ttlMs: 50,
  });
  const get = async () => (await user.get({ store: "drafts", key: "goes" })).orThrow();
  await until(async () => "found" in await get() && !("entry" in await get()), "it has expired");
  assertEquals(await put("goes", short.revision, "late"), { applied: false });
  const { revision: expectedRevision } = short;
  const removed = await user.delete({ store: "drafts", key: "goes", expectedRevision });
  assertEquals(removed.orThrow(), { deleted: false });
  assert((await put("goes", null, "new")).applied);
});

Deno.test("[P66] what one process has written another one reads until it expires, however wrong its machine's clock", async () => {
  const { user } = await somebody();
  const entry = { store: "drafts", key: "k" } as const;
  const { revision } = await user.written({ ...entry, value: { title: "a" }, ttlMs: 600_000 });
  const real = Date.now;
  try {
    for (const hours of [1, -1]) {
      Date.now = () => real() + hours * 3_600_000;
      const got = (await user.get(entry)).orThrow();
      assert("found" in got && got.found, `found with ${hours} h`);
      assertEquals((await user.list({ store: "drafts", limit: 10 })).orThrow().count, 1);
      const soon = { store: "drafts", key: `soon${hours}` };
      const write = { ...soon, value: { title: "s" }, ttlMs: 50 };
      // A process whose clock jumps takes itself for one that was stopped, and writes nothing for a moment.
      await until(async () => (await user.put(write)).isOk(), `it is written with ${hours} h`);
      await until(async () => {
        const again = (await user.get(soon)).orThrow();
        return "found" in again && !again.found;
      }, `it expires with ${hours} h`);
    }
    const put = { ...entry, value: { title: "b" }, expectedRevision: revision };
    assert((await user.put(put)).orThrow().applied, "its revision counts");
  } finally {
    Date.now = real;
  }
});
