import { assert, assertEquals } from "@std/assert";
import {
  type ClientOptions,
  type Contract,
  type ContractBody,
  defineAppContract,
  defineDeviceContract,
  TrellisClient,
} from "@qlever-llc/trellis";
import { Type } from "@sinclair/typebox";
import { RUNNER_OF } from "../../contracts/identity/contract_runner.ts";
import { sdk as state } from "../../contracts/platform/state_sdk.ts";
import example from "../../examples/notes/contracts/notes.ts";
import { readPreferences } from "../../examples/notes/preferences.ts";
import * as exampleSchemas from "../../examples/notes/schemas.ts";
import { provision } from "../support/deployed.ts";
import { HoldingProxy } from "../support/holding_proxy.ts";
import { MessageProxy } from "../support/message_proxy.ts";
import { SecuredTrellis } from "../support/platform/secured_trellis.ts";
import { shared } from "../support/shared.ts";
import { until } from "../support/until.ts";
import { contract as notes } from "../types/documented/notes_contract.ts";
import {
  contract as themes,
  listingExample,
  runtimeExample,
} from "../types/documented/state_runtime.ts";

const Draft = Type.Object({ title: Type.String() });

/** A device with drafts. */
const scanner = defineDeviceContract({ schemas: { Draft } }, (ref) => ({
  id: "scanner@v1",
  displayName: "Scanner",
  description: "Scans.",
  state: { drafts: { kind: "map", schema: ref.schema("Draft") } },
}));

/** What tests share: a secured server, on which these contracts are accepted. */
class Desk implements AsyncDisposable {
  readonly #opened = new AsyncDisposableStack();

  private constructor(readonly trellis: SecuredTrellis) {
    this.#opened.use(trellis);
  }

  static async open(): Promise<Desk> {
    const trellis = await SecuredTrellis.start();
    for (const contract of [notes, themes, scanner]) await provision(trellis.authority, contract);
    return new Desk(trellis);
  }

  /** A new session of somebody: a user, or of the kind that the contract says. */
  async client<const B extends ContractBody>(
    contract: Contract<B>,
    id: string,
    { trellisUrl = this.trellis.url, unverifiedId }: Partial<ClientOptions<B>> = {},
  ): Promise<TrellisClient<B>> {
    const principal = { kind: RUNNER_OF[contract.kind], id };
    const session = await this.trellis.platform.openUserSession({ principal, contract });
    const { seed } = session.orThrow();
    const client = await TrellisClient
      .connect({ contract, trellisUrl, sessionKeySeed: seed, unverifiedId }).orThrow();
    return this.#opened.use(client);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#opened.disposeAsync();
  }
}

const desk = shared(() => Desk.open());
/** Another user for each test, so that they do not see each other's state. */
let users = 0;
const somebody = () => `user-${++users}`;

const DARK = { theme: "dark", compact: false };
const LIGHT = { theme: "light", compact: true };

Deno.test("[P1] [P21] what is written on one connection is there on another and later", async () => {
  const ada = somebody();
  const opened = await desk();
  const [first, parallel] = [await opened.client(notes, ada), await opened.client(notes, ada)];
  assertEquals(await first.state.preferences.get(), { found: false });
  const put = await first.state.preferences.put(DARK);
  assert(put.applied);
  assertEquals(await parallel.state.preferences.get(), { found: true, entry: put.entry });
  await first.close();
  await parallel.close();
  const later = await opened.client(notes, ada);
  assertEquals(await later.state.preferences.get(), { found: true, entry: put.entry });
  const [one, other] = [await opened.client(scanner, "s-1"), await opened.client(scanner, "s-1")];
  await one.state.drafts.put("a", { title: "a" });
  assert((await other.state.drafts.get("a")).found);
});

Deno.test("[P12] [P13] a value store holds one value for each caller", async () => {
  const opened = await desk();
  const [ada, bob] = [
    await opened.client(notes, somebody()),
    await opened.client(notes, somebody()),
  ];
  await ada.state.preferences.put(DARK);
  const second = await ada.state.preferences.put(LIGHT);
  const got = await ada.state.preferences.get();
  assert(second.applied && "found" in got && got.found);
  assertEquals([got.entry.value, got.entry.revision], [LIGHT, second.entry.revision]);
  assertEquals(await bob.state.preferences.get(), { found: false });
  assertEquals(await bob.state.preferences.delete(), { deleted: false });
  assertEquals(await ada.state.preferences.delete(), { deleted: true });
  assertEquals(await ada.state.preferences.get(), { found: false });
});

Deno.test("[P25] [P26] on a secured server somebody has their own state, whoever they say they are", async () => {
  const opened = await desk();
  const [ada, bob] = [somebody(), somebody()];
  const liar = await opened.client(notes, ada, { unverifiedId: bob });
  await liar.state.drafts.put("a", { title: "a" });
  assertEquals((await (await opened.client(notes, bob)).state.drafts.list({ limit: 1 })).count, 0);
  assertEquals((await (await opened.client(notes, ada)).state.drafts.list({ limit: 1 })).count, 1);
});

Deno.test("[P16] a map holds many values for each caller", async () => {
  const opened = await desk();
  const [ada, bob] = [
    await opened.client(notes, somebody()),
    await opened.client(notes, somebody()),
  ];
  const keys = ["a", "a/b", "a//b", "ünï/cödé", "with spaces and *.>", "https://example.org/?q=1"];
  for (const key of keys) await ada.state.drafts.put(key, { title: key });
  for (const key of keys) {
    const got = await ada.state.drafts.get(key);
    assert(got.found, key);
    assertEquals([got.entry.key, got.entry.value], [key, { title: key }]);
    assertEquals(await bob.state.drafts.get(key), { found: false });
  }
  const page = await ada.state.drafts.list({ limit: 100 });
  assertEquals(page.entries.map(({ key }) => key), [...keys].sort());
  assertEquals((await bob.state.drafts.list({ limit: 100 })).count, 0);
});

Deno.test("[P17] a view reaches no entries outside its path", async () => {
  const { state: { drafts } } = await (await desk()).client(notes, somebody());
  const keys = ["a", "a/b", "a/b/c", "a//d", "ab", "b/a", "/e"];
  for (const key of keys) await drafts.put(key, { title: key });
  const listed = async (view: typeof drafts) =>
    (await view.list({ limit: 10 })).entries.map(({ key, value }) => [key, value.title]);
  assertEquals(await listed(drafts.prefix("a")), [["/d", "a//d"], ["b", "a/b"], ["b/c", "a/b/c"]]);
  assertEquals(await listed(drafts.prefix("a/")), await listed(drafts.prefix("a")));
  assertEquals(await listed(drafts.prefix("a").prefix("b")), [["c", "a/b/c"]]);
  assertEquals(await listed(drafts.prefix("a//")), [["d", "a//d"]]);
  for (const root of ["", "/"]) {
    assertEquals((await listed(drafts.prefix(root))).length, keys.length);
  }
  assertEquals(await drafts.prefix("a").get("a"), { found: false });
  assertEquals(await drafts.prefix("a").delete("../ab"), { deleted: false });
  assertEquals(await drafts.prefix("a").delete("b"), { deleted: true });
  assertEquals(await listed(drafts.prefix("a/b")), [["c", "a/b/c"]]);
});

Deno.test("[P11] [P23] [P57] the documented examples run as they are printed", async () => {
  const client = await (await desk()).client(themes, somebody());
  const lines: string[] = [];
  const console = { log: (...words: unknown[]) => void lines.push(words.join(" ")) };
  const page = await listingExample(client, console);
  assertEquals(page.entries.map(({ key, value }) => ({ key, value })), [
    { key: "open", value: { title: "Draft" } },
  ]);
  const { preferences, created, ...listed } = await runtimeExample(client, console);
  assertEquals(preferences, { found: false });
  assert(created.applied);
  assertEquals(created.entry.value, { theme: "dark" });
  assertEquals([listed.page.entries[0]?.key, listed.page.entries[0]?.value.title], [
    "open",
    "Draft",
  ]);
  assertEquals(lines, ["open Draft", "open Draft"]);
});

Deno.test("[P42] [P43] [P44] [P45] conditions are options of put and delete", async () => {
  const { state: { preferences } } = await (await desk()).client(notes, somebody());
  const created = await preferences.put(DARK, { expectedRevision: null });
  assert(created.applied);
  const refused = await preferences.put(LIGHT, { expectedRevision: null });
  assertEquals(refused, { applied: false, current: created.entry });
  const changed = await preferences.put(LIGHT, { expectedRevision: created.entry.revision });
  assert(changed.applied);
  const late = await preferences.put(DARK, { expectedRevision: created.entry.revision });
  assertEquals(late, { applied: false, current: changed.entry });
  const expectedRevision = created.entry.revision;
  assertEquals(await preferences.delete({ expectedRevision }), { deleted: false });
  const { revision } = changed.entry;
  assertEquals(await preferences.delete({ expectedRevision: revision }), { deleted: true });
});

Deno.test("[P38] a client migrates an old entry by putting its new value in place of it", async () => {
  const opened = await desk();
  const schemas = {
    Old: Type.Object({ theme: Type.String() }),
    Now: Type.Object({ theme: Type.String(), compact: Type.Boolean() }),
  };
  const head = {
    id: "migrating@v1",
    displayName: "Migrating",
    description: "Changes its preferences.",
  } as const;
  const before = defineAppContract({ schemas }, (ref) => ({
    ...head,
    state: { preferences: { kind: "value", schema: ref.schema("Old") } },
  }));
  const now = defineAppContract({ schemas }, (ref) => ({
    ...head,
    state: {
      preferences: {
        kind: "value",
        schema: ref.schema("Now"),
        stateVersion: "v2",
        acceptedVersions: { v1: ref.schema("Old") },
      },
    },
  }));
  const ada = somebody();
  await provision(opened.trellis.authority, before);
  await (await opened.client(before, ada)).state.preferences.put({ theme: "dark" });
  await provision(opened.trellis.authority, now);
  const { preferences } = (await opened.client(now, ada)).state;
  const old = await preferences.get();
  assert("migrationRequired" in old);
  assertEquals([old.stateVersion, old.currentStateVersion], ["v1", "v2"]);
  const { value, revision: expectedRevision } = old.entry;
  const put = await preferences.put({ ...value, compact: true }, { expectedRevision });
  assert(put.applied);
  assertEquals(await preferences.get(), { found: true, entry: put.entry });
  assertEquals(put.entry.value, { theme: "dark", compact: true });
  // Whoever comes second is told what is there, and does not write over it.
  const second = await preferences.put({ ...value, compact: false }, { expectedRevision });
  assertEquals(second, { applied: false, current: put.entry });
});

Deno.test("[P33] the example keeps its version for an optional member, and migrates from an older one", async () => {
  assertEquals(example.manifest.state?.preferences?.stateVersion, "v2");
  assertEquals(Object.keys(example.manifest.state?.preferences?.acceptedVersions ?? {}), ["v1"]);
  const opened = await desk();
  const { Preferences, PreferencesV1 } = exampleSchemas;
  const { fontSize: _, ...members } = Preferences.properties;
  const schemas = { PreferencesV1, Preferences: Type.Object(members) };
  const head = { id: "notes@v1", displayName: "Notes", description: "As it was." } as const;
  const first = defineAppContract({ schemas }, (ref) => ({
    ...head,
    state: { preferences: { kind: "value", schema: ref.schema("PreferencesV1") } },
  }));
  const second = defineAppContract({ schemas }, (ref) => ({
    ...head,
    state: {
      preferences: {
        kind: "value",
        schema: ref.schema("Preferences"),
        stateVersion: "v2",
        acceptedVersions: { v1: ref.schema("PreferencesV1") },
      },
    },
  }));
  const [ada, bob] = [somebody(), somebody()];
  const { authority } = opened.trellis;
  await provision(authority, first);
  await (await opened.client(first, ada)).state.preferences.put({ theme: "dark" });
  await provision(authority, second);
  await (await opened.client(second, bob)).state.preferences.put(LIGHT);
  await provision(authority, example);
  assertEquals(await readPreferences(await opened.client(example, ada)), DARK);
  assertEquals(await readPreferences(await opened.client(example, bob)), LIGHT);
});

Deno.test("a write whose answer is lost with its connection is done once, and its outcome learned", async () => {
  const opened = await desk();
  const ada = somebody();
  await using proxy = new HoldingProxy(opened.trellis.url);
  const far = await opened.client(notes, ada, { trellisUrl: proxy.url });
  const near = await opened.client(notes, ada);
  proxy.hold();
  const writing = far.state.drafts.put("a", { title: "far" }, { expectedRevision: null }).result();
  await until(async () => (await near.state.drafts.get("a")).found, "the draft is there");
  proxy.cut();
  const written = (await writing).orThrow();
  const got = await near.state.drafts.get("a");
  assert(written.applied && got.found);
  assertEquals(written.entry, got.entry);
});

Deno.test("a write whose answer is lost on its way is done once, and its outcome learned", async () => {
  const opened = await desk();
  await using proxy = new MessageProxy(opened.trellis.url);
  const { state: { drafts } } = await opened.client(notes, somebody(), {
    trellisUrl: proxy.url,
  });
  let lost = 0;
  proxy.fromServer = ({ payload }) => {
    const isAnswer = payload.includes('"applied"') || payload.includes('"deleted"');
    return isAnswer && lost++ === 0 ? undefined : payload;
  };
  const put = await drafts.put("a", { title: "a" }, { expectedRevision: null });
  assert(put.applied);
  assert(lost >= 2);
  assertEquals(await drafts.get("a"), { found: true, entry: put.entry });
  lost = 0;
  assertEquals(await drafts.delete("a"), { deleted: true });
  assert(lost >= 2);
});

Deno.test("[P22] a client may make the calls of state as they are", async () => {
  const client = await (await desk()).client(notes, somebody());
  const { rpc } = client.used.state;
  await client.state.drafts.put("a", { title: "a" });
  const got = await rpc.state.get({ store: "drafts", key: "a" }).orThrow();
  assert("found" in got && got.found);
  assertEquals(got.entry.value, { title: "a" });
});

Deno.test("[P18] [P71] state is a contract of Trellis, with calls of their own for admins", () => {
  assertEquals([state.id, state.kind], ["trellis.state@v1", "service"]);
  const names = Object.keys(state.manifest.rpc ?? {});
  assertEquals(names.filter((name) => name.startsWith("State.Admin.")).length * 2, names.length);
});
