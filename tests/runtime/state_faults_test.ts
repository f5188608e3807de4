import { assert, assertEquals } from "@std/assert";
import { LOCAL_ADMIN, PLATFORM } from "../../cli/platform/secured_platform.ts";
import { StateError } from "../../contracts/errors/state_error.ts";
import { callerToken, sessionOf } from "../../contracts/identity/caller.ts";
import { KeyPair } from "../../contracts/identity/key_pair.ts";
import type { StateNamespace } from "../../contracts/stored/state_key.ts";
import { err } from "../../contracts/result.ts";
import { readAuditEntry } from "../../reconcile/audit/audit_entry.ts";
import { inboxPrefix } from "../../runtime/nats/connection.ts";
import { NatsStateStore } from "../../runtime/platform/state/nats/nats_state_store.ts";
import { serveState } from "../../runtime/platform/state/serve_state.ts";
import { connectMessaging } from "../../runtime/rpc/nats/nats_messaging.ts";
import { openStateRpc } from "../../runtime/state/open_state_rpc.ts";
import { notesV1 } from "../support/platform/state_contracts.ts";
import { ADA, StateTrellis } from "../support/platform/state_trellis.ts";
import type { StateUser } from "../support/platform/state_user.ts";
import { shared } from "../support/shared.ts";
import { until } from "../support/until.ts";

const onWindows = Deno.build.os === "windows";
const trellis = shared(() => StateTrellis.start(notesV1));
const DRAFTS: StateNamespace = { principal: ADA, contract: "acme.notes@v1", store: "drafts" };

/** A second process that lets others in and keeps state; killed with its block. */
async function otherPlatform({ trellis: { server } }: StateTrellis) {
  const program = new URL("../support/platform/platform_process.ts", import.meta.url).href;
  const process = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", "--quiet", program, server.url, server.keysDir],
    stdin: "null",
    stdout: "piped",
  }).spawn();
  const reader = process.stdout.getReader();
  await reader.read();
  const kill = async () => {
    try {
      process.kill("SIGKILL");
    } catch {
      // It has ended.
    }
    await process.status;
    await reader.cancel();
  };
  return { kill, [Symbol.asyncDispose]: kill };
}

/** A process that keeps state beside the other one, and cannot look up whose; closed with its block. */
async function blindPlatform({ trellis: { server } }: StateTrellis): Promise<AsyncDisposable> {
  await using opened = new AsyncDisposableStack();
  const messaging = opened.use(
    (await connectMessaging({
      servers: server.url,
      name: "blind",
      key: server.keys.platform,
      principal: PLATFORM,
    })).orThrow(),
  );
  const { line, session } = messaging;
  const blind = err(new StateError({ reason: "unavailable", message: "it is blind", hint: "" }));
  const served = serveState(messaging, {
    store: await NatsStateStore.open({ line, inboxPrefix: inboxPrefix(session) }),
    holderOf: () => Promise.resolve(blind),
    acceptedContract: () => Promise.resolve(undefined),
    noteChange: () => Promise.resolve(),
  });
  opened.defer(() => served.stop());
  await messaging.flush();
  return opened.move();
}

/** How many of these have been carried out. */
async function applied(puts: readonly ReturnType<StateUser["put"]>[]): Promise<number> {
  return (await Promise.all(puts)).filter((answer) => answer.orThrow().applied).length;
}

Deno.test("[P43] of two writers with one revision exactly one wins, in every round", async () => {
  const user = await (await trellis()).user(ADA, notesV1);
  const other = await (await trellis()).user(ADA, notesV1);
  const entry = { store: "drafts", key: "contended" };
  let { revision: expectedRevision } = await user.written({ ...entry, value: { title: "0" } });
  for (let round = 1; round <= 100; round++) {
    const puts = [user, other].map((writer, at) =>
      writer.put({ ...entry, value: { title: `${round}.${at}` }, expectedRevision })
    );
    assertEquals(await applied(puts), 1, `round ${round}`);
    const winner = (await Promise.all(puts)).map((answer) => answer.orThrow())
      .find((answer) => answer.applied)!;
    const got = (await user.get(entry)).orThrow();
    assert(winner.applied && "found" in got && got.found);
    assertEquals(got.entry, winner.entry);
    expectedRevision = got.entry.revision;
  }
});

Deno.test("[P42] of sixteen who create one entry exactly one does, over a deletion too", async () => {
  const user = await (await trellis()).user(ADA, notesV1);
  const entry = { store: "drafts", key: "created" };
  for (let round = 0; round < 10; round++) {
    const puts = Array.from(
      { length: 16 },
      (_, at) => user.put({ ...entry, value: { title: `${at}` }, expectedRevision: null }),
    );
    assertEquals(await applied(puts), 1);
    assertEquals((await user.delete(entry)).orThrow(), { deleted: true });
  }
});

Deno.test("a write that is repeated is done once, also when something newer has taken its place", async () => {
  const state = await trellis();
  const user = await state.user(ADA, notesV1);
  const entry = { store: "drafts", key: "repeated" };
  const value = { title: "once" };
  const conditions = [undefined, null];
  for (const [at, expectedRevision] of conditions.entries()) {
    const key = `repeated-${at}`;
    const put = () =>
      user.put({ ...entry, key, value, expectedRevision, ttlMs: 60_000 }, { requestId: `r${at}` });
    const first = (await put()).orThrow();
    assert(first.applied);
    const stored = await state.raw.newest();
    assertEquals((await put()).orThrow(), first, "the same answer, with the times of the first");
    assertEquals(await state.raw.newest(), stored);
    // Another request of the same content is another write.
    await user.written({ ...entry, key, value: { title: "newer" } });
    const late = (await put()).orThrow();
    assert(late.applied, "it was, whatever is there now");
    const got = (await user.get({ ...entry, key })).orThrow();
    assert("found" in got && got.found);
    assertEquals(got.entry.value, { title: "newer" });
    const stale = await user.put({
      ...entry,
      key,
      value,
      expectedRevision: late.entry.revision,
    });
    assert(!stale.orThrow().applied);
  }
  const written = await user.written({ ...entry, value });
  const replace = () =>
    user.put(
      { ...entry, value: { title: "two" }, expectedRevision: written.revision },
      { requestId: "r-replace" },
    );
  const first = (await replace()).orThrow();
  assertEquals((await replace()).orThrow(), first);
  const remove = () => user.delete(entry, { requestId: "r-delete" });
  assertEquals((await remove()).orThrow(), { deleted: true });
  assertEquals((await remove()).orThrow(), { deleted: true });
  await user.written({ ...entry, value });
  assert((await replace()).orThrow().applied, "it was applied, and deleted since");
});

Deno.test("a write that was refused is done by nobody later, also when its condition is met by then", async () => {
  const state = await trellis();
  const user = await state.user(ADA, notesV1);
  const entry = { store: "drafts", key: "refused" };
  const create = () =>
    user.put({ ...entry, value: { title: "late" }, expectedRevision: null }, { requestId: "c" });
  const remove = () => user.delete(entry, { requestId: "d" });
  assertEquals((await remove()).orThrow(), { deleted: false });
  const current = await user.written({ ...entry, value: { title: "there" } });
  assertEquals((await create()).orThrow(), { applied: false, current });
  // As another process that is given the same request a moment later.
  assertEquals((await remove()).orThrow(), { deleted: false });
  assertEquals((await user.get(entry)).orThrow(), { found: true, entry: current });
  assertEquals((await user.delete(entry)).orThrow(), { deleted: true });
  assertEquals((await create()).orThrow(), { applied: false });
  assertEquals((await user.get(entry)).orThrow(), { found: false });
  // Another request of the same content is another write.
  await user.written({ ...entry, value: { title: "late" }, expectedRevision: null });
});

Deno.test("one request with several writes carries out each of them", async () => {
  const user = await (await trellis()).user(ADA, notesV1);
  const requestId = "one-request";
  for (const [key, title] of [["x", "1"], ["y", "1"], ["x", "2"]] as const) {
    (await user.put({ store: "drafts", key, value: { title } }, { requestId })).orThrow();
  }
  const got = (await user.get({ store: "drafts", key: "x" })).orThrow();
  assert("found" in got && got.found);
  assertEquals(got.entry.value, { title: "2" });
});

Deno.test({
  name: "two processes that keep state answer the same, and store each write once",
  ignore: onWindows,
  async fn() {
    await using state = await StateTrellis.start(notesV1);
    await using _other = await otherPlatform(state);
    const { platform, server } = state.trellis;
    const opened = await platform.openUserSession({ principal: ADA, contract: notesV1 });
    const key = KeyPair.fromSeed("user", opened.orThrow().seed ?? "")!;
    const { session } = opened.orThrow();
    const ada = { connection: (await server.open(key)).orThrow(), caller: `u-ada-${session}` };
    /** What both answer to one request, which says nothing of an id. */
    const ask = async (name: string, body: object, who = ada): Promise<unknown[]> => {
      const { connection, caller } = who;
      const answers: unknown[] = [];
      const subject = `rpc.v1.State.${name}.${caller}`;
      const wait = { strategy: "count", maxMessages: 2, maxWait: 5000 } as const;
      for await (
        const answer of await connection.requestMany(subject, JSON.stringify(body), wait)
      ) {
        answers.push(answer.json());
      }
      return answers;
    };
    const before = await state.raw.newest();
    let revision: unknown = null;
    for (let round = 1; round <= 20; round++) {
      const entry = { store: "drafts", key: "k" };
      const put = { ...entry, value: { title: `${round}` }, expectedRevision: revision };
      const [first, second] = await ask(
        "Put",
        round % 3 === 0 ? { ...put, expectedRevision: undefined } : put,
      );
      assertEquals(first, second);
      const answer = first as { applied: boolean; entry: { revision: string } };
      assert(answer.applied, JSON.stringify(answer));
      assertEquals(await state.raw.newest(), before + round);
      revision = answer.entry.revision;
    }
    assertEquals(await ask("Delete", { store: "drafts", key: "k" }), [
      { deleted: true },
      { deleted: true },
    ]);
    assertEquals(await state.raw.newest(), before + 21);
    assertEquals(await ask("Delete", { store: "drafts", key: "k" }), [
      { deleted: false },
      { deleted: false },
    ]);
    const lists = await ask("List", { store: "drafts", limit: 5 });
    assertEquals(lists.map((page) => (page as { count: number }).count), [0, 0]);

    const principal = LOCAL_ADMIN;
    const adminKey = server.keys.admin;
    const admin = {
      connection: (await server.open(adminKey)).orThrow(),
      caller: callerToken({ principal, session: sessionOf(adminKey.publicKey) }),
    };
    const target = { scope: "userApp", userId: "ada", contract: "acme.notes@v1" };
    const mended = { ...target, store: "drafts", key: "k", value: { title: "mended" } };
    const [one, two] = await ask("Admin.Put", mended, admin);
    assertEquals(one, two);
    const told = (await platform.audit.read()).orThrow().map(readAuditEntry)
      .filter((entry) => entry?.kind === "state.written");
    assertEquals(told.length, 1);
  },
});

Deno.test({
  name:
    "a caller whose platform was killed in the middle of a put learns what became of it by asking again",
  ignore: onWindows,
  async fn() {
    await using state = await StateTrellis.start(notesV1);
    const user = await state.user(ADA, notesV1);
    const entry = { store: "drafts", key: "k" };
    let { revision } = await user.written({ ...entry, value: { title: "0" } });
    const before = await state.raw.newest();
    for (let round = 1; round <= 3; round++) {
      const other = await otherPlatform(state);
      // Only the other process is left.
      await state.trellis.stopPlatform();
      const put = () =>
        user.put(
          { ...entry, value: { title: `${round}` }, expectedRevision: revision },
          { requestId: `round-${round}`, timeoutMs: 500 },
        );
      const cut = put();
      // A moment later in each round.
      for (let turn = 0; turn < (round - 1) * 20; turn++) await Promise.resolve();
      await other.kill();
      await cut;
      await state.trellis.startPlatform();
      let answer = await put();
      await until(async () => {
        if (answer.isErr()) answer = await put();
        return answer.isOk();
      }, "it is answered");
      const outcome = answer.orThrow();
      assert(outcome.applied);
      assertEquals((await state.raw.entry(DRAFTS, "k"))?.value, { title: `${round}` });
      assertEquals(await state.raw.newest(), before + round, "stored once");
      revision = outcome.entry.revision;
    }
  },
});

Deno.test({
  name: "what was acknowledged is there after the broker was killed, and may be repeated",
  ignore: onWindows,
  async fn() {
    await using state = await StateTrellis.start(notesV1);
    const user = await state.user(ADA, notesV1);
    const put = (key: string) =>
      user.put(
        { store: "drafts", key, value: { title: key }, expectedRevision: null },
        { requestId: key },
      );
    const keys = Array.from({ length: 50 }, (_, at) => `k${at}`);
    const first = new Map<string, unknown>();
    for (const key of keys) first.set(key, (await put(key)).orThrow());
    await state.trellis.server.kill();
    await state.trellis.server.startAgain();
    await until(async () => (await user.get({ store: "drafts", key: "k0" })).isOk(), "it is back");
    const page = (await user.list({ store: "drafts", limit: 100 })).orThrow();
    assertEquals(page.count, keys.length);
    for (const key of keys) assertEquals((await put(key)).orThrow(), first.get(key), key);
  },
});

Deno.test("[P51] a list has what was written before it was asked for, while others write and delete", async () => {
  const state = await trellis();
  const who = { kind: "user", id: "busy" } as const;
  const writers = await Promise.all(Array.from({ length: 4 }, () => state.user(who, notesV1)));
  const count = async (user: StateUser, prefix: string) =>
    (await user.list({ store: "drafts", prefix, limit: 0 })).orThrow().count;
  await Promise.all(writers.map(async (user, at) => {
    const put = (key: string) => user.written({ store: "drafts", key, value: { title: key } });
    for (let round = 1; round <= 12; round++) {
      // Few and many at once, so that both ways of following them are taken.
      const keys = Array.from(
        { length: round % 3 === 0 ? 25 : 2 },
        (_, n) => `${at}/${round}/${n}`,
      );
      await Promise.all(keys.map(put));
      assertEquals(await count(user, `${at}/${round}`), keys.length);
      await put(`${at}/${round}/0`);
      assertEquals((await user.delete({ store: "drafts", key: `${at}/${round}/1` })).orThrow(), {
        deleted: true,
      });
      assertEquals(await count(user, `${at}/${round}`), keys.length - 1);
    }
  }));
  const [user] = writers;
  const total = 4 * (8 * 1 + 4 * 24);
  assertEquals(
    (await user!.list({ store: "drafts", limit: 1000 })).orThrow().entries.length,
    total,
  );
  // What another process finds when it reads the bucket for the first time.
  await state.trellis.stopPlatform();
  await state.trellis.startPlatform();
  assertEquals((await user!.list({ store: "drafts", limit: 0 })).orThrow().count, total);
});

Deno.test("what one of two processes could not do is not told as refused: the other one does it", async () => {
  await using state = await StateTrellis.start(notesV1);
  const user = await state.user(ADA, notesV1);
  const calls = openStateRpc(user.messaging).state;
  const entry = { store: "drafts", key: "k" };
  await using _blind = await blindPlatform(state);
  // The first answer to each is often that of the process which can do nothing.
  for (let round = 1; round <= 5; round++) {
    const put = (await calls.put({ ...entry, value: { title: `${round}` } })).orThrow();
    assert(put.applied);
    const { revision: expectedRevision } = put.entry;
    assertEquals((await calls.delete({ ...entry, expectedRevision })).orThrow(), { deleted: true });
  }
  await state.trellis.stopPlatform();
  const value = { title: "v" };
  const create = { ...entry, value, expectedRevision: null };
  const failed = await Promise.all([
    user.put({ ...entry, value }),
    user.put(create),
    user.delete(entry),
    calls.put(create, { timeoutMs: 1200 }),
    user.get(entry),
  ]);
  const told = failed.map((answer) => {
    const error: unknown = answer.isErr() ? answer.error : undefined;
    return error instanceof StateError && [error.reason, error.retryable];
  });
  // Only what may be done twice may be tried again without a look at what is there.
  assertEquals(told, [
    ["unknown_outcome", true],
    ["unknown_outcome", false],
    ["unknown_outcome", true],
    ["unknown_outcome", false],
    ["unavailable", true],
  ]);
  const putting = calls.put(create);
  await state.trellis.startPlatform();
  assert((await putting).orThrow().applied);
});
