import { assert, assertEquals, assertFalse, assertRejects } from "@std/assert";
import { assertType, type IsExact } from "@std/testing/types";
import {
  type BodyOf,
  defineAppContract,
  type HandlerClient,
  isErr,
  StateError,
  TransportError,
  TrellisClient,
  TrellisService,
  ValidationError,
  type ValueStore,
} from "@qlever-llc/trellis";
import { Type } from "@sinclair/typebox";
import { sdk as core } from "../../contracts/platform/core_sdk.ts";
import type { StateDeclaration } from "../../contracts/define/declaration.ts";
import type { CallOptions } from "../../runtime/rpc/call_options.ts";
import type { StateClient } from "../../runtime/state/state_client.ts";
import type {
  StateDeleteOptions,
  StateListQuery,
  StatePutOptions,
} from "../../runtime/state/state_options.ts";
import greeter from "../../examples/hello/contracts/greeter.ts";
import { AnsweringState } from "../support/state/answering_state.ts";
import { shared } from "../support/shared.ts";
import { TrellisServer } from "../support/trellis_server.ts";
import { contract as notes } from "../types/documented/notes_contract.ts";

/** Clients of an open server on which a test answers for the platform. */
class Desk implements AsyncDisposable {
  private constructor(
    readonly server: TrellisServer,
    readonly platform: AnsweringState,
    readonly client: TrellisClient<NonNullable<typeof notes.body>>,
  ) {}

  static async open(): Promise<Desk> {
    const server = await TrellisServer.start();
    const platform = await AnsweringState.serve(await server.connect("state"));
    const client = await TrellisClient
      .connect({ contract: notes, trellisUrl: server.url, unverifiedId: "ada" }).orThrow();
    return new Desk(server, platform, client);
  }

  /** All that was sent so far: a last request, which comes after them, brings them along. */
  async sent(): Promise<readonly unknown[]> {
    this.platform.answer = () => ({ deleted: true });
    await this.client.state.drafts.delete("last");
    return this.platform.takeInputs().slice(0, -1);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.client.close();
    await this.server[Symbol.asyncDispose]();
  }
}

const desk = shared(() => Desk.open());

type Stores = StateClient<BodyOf<typeof notes>>;
type Draft = { title: string };
type Preferences = { theme: string; compact: boolean };

/** The methods that an object has of its class. */
function methodsOf(instance: object): readonly string[] {
  const names = Object.getOwnPropertyNames(Object.getPrototypeOf(instance));
  return names.filter((name) => name !== "constructor").sort();
}

Deno.test("[P2] state belongs to clients: services and their handlers have none", () => {
  type Handler = HandlerClient<BodyOf<typeof greeter>>;
  assertType<IsExact<Extract<keyof Handler, "state">, never>>(true);
  assertType<IsExact<Extract<keyof TrellisService, "state">, never>>(true);
  assertFalse("state" in TrellisService.prototype);
  assertFalse("state" in greeter.manifest);
});

Deno.test("[P10] [P24] the stores and the types of their values are those of the contract", async () => {
  const { client } = await desk();
  assertEquals(Object.keys(client.state), ["preferences", "drafts"]);
  assertType<IsExact<keyof Stores, "preferences" | "drafts">>(true);
  type Old = { readonly "preferences.v1": { theme: string } };
  assertType<IsExact<Stores["preferences"], ValueStore<Preferences, Old>>>(true);
  assertType<IsExact<Parameters<Stores["preferences"]["put"]>[0], Preferences>>(true);
  assertType<IsExact<Parameters<Stores["drafts"]["put"]>[1], Draft>>(true);
});

Deno.test("[P12] [P15] a value store takes no key, and a map needs one", () => {
  type Value = Stores["preferences"];
  assertType<IsExact<Parameters<Value["get"]>, [options?: CallOptions]>>(true);
  assertType<IsExact<Parameters<Value["put"]>, [value: Preferences, options?: StatePutOptions]>>(
    true,
  );
  assertType<IsExact<Parameters<Value["delete"]>, [options?: StateDeleteOptions]>>(true);
  type Map = Stores["drafts"];
  assertType<IsExact<Parameters<Map["get"]>, [key: string, options?: CallOptions]>>(true);
  type Put = [key: string, value: Draft, options?: StatePutOptions];
  assertType<IsExact<Parameters<Map["put"]>, Put>>(true);
  assertType<IsExact<Parameters<Map["delete"]>, [key: string, options?: StateDeleteOptions]>>(true);
});

Deno.test("[P14] [P30] [P45] [P75] [P76] [P77] stores have these methods and no others", async () => {
  const { state } = (await desk()).client;
  assertType<IsExact<keyof Stores["preferences"], "get" | "put" | "delete">>(true);
  assertEquals(methodsOf(state.preferences), ["delete", "get", "put"]);
  assertType<IsExact<keyof Stores["drafts"], "get" | "put" | "delete" | "list" | "prefix">>(true);
  assertEquals(methodsOf(state.drafts), ["delete", "get", "list", "prefix", "put"]);
});

Deno.test("[P25] no option of a call says whose state is meant", () => {
  type Call = "timeoutMs" | "whileDisconnected" | "signal" | "requestId" | "traceparent";
  assertType<IsExact<keyof CallOptions, Call>>(true);
  assertType<IsExact<keyof StatePutOptions, Call | "expectedRevision" | "ttlMs">>(true);
  assertType<IsExact<keyof StateDeleteOptions, Call | "expectedRevision">>(true);
  assertType<IsExact<keyof StateListQuery, Call | "offset" | "limit">>(true);
});

Deno.test("[P32] authors name versions, and never digests", () => {
  type Members = "kind" | "schema" | "stateVersion" | "acceptedVersions" | "docs";
  assertType<IsExact<keyof StateDeclaration, Members>>(true);
});

Deno.test("[P52] a page needs its limit", () => {
  assertType<IsExact<Parameters<Stores["drafts"]["list"]>, [query: StateListQuery]>>(true);
  assertType<undefined extends StateListQuery["limit"] ? false : true>(true);
});

Deno.test("[P55] a view is a map of the same values", async () => {
  const { drafts } = (await desk()).client.state;
  assertType<IsExact<ReturnType<Stores["drafts"]["prefix"]>, Stores["drafts"]>>(true);
  const view = drafts.prefix("inspection").prefix("active");
  assertEquals(methodsOf(view), methodsOf(drafts));
});

const STAMP = { revision: "7", updatedAt: "2026-01-31T12:00:00.000Z" };
const OLD = { migrationRequired: true, currentStateVersion: "preferences.v2" } as const;

Deno.test("[P58] nothing is sent of a value that does not fit the schema", async () => {
  const opened = await desk();
  const { state } = opened.client;
  const values: readonly unknown[] = [{ theme: "dark" }, { theme: 1, compact: true }, "dark", null];
  for (const value of values) {
    const put = await state.preferences.put(value as never).take();
    assert(isErr(put) && put.error instanceof ValidationError, JSON.stringify(value));
  }
  const put = await state.drafts.put("a", { title: 1 } as never).take();
  assert(isErr(put) && put.error instanceof ValidationError);
  assertEquals(put.error.issues, [{ path: "/title", message: "must be string" }]);
  assertEquals(put.error.message.startsWith("the value for state.drafts "), true);
  assertEquals(await opened.sent(), []);
});

Deno.test("[P61] nothing is sent of a value that JSON cannot represent", async () => {
  const opened = await desk();
  const { state } = opened.client;
  const cycle: Record<string, unknown> = { title: "a" };
  cycle.self = cycle;
  const extras: readonly unknown[] = [
    NaN,
    Infinity,
    1n,
    new Date(),
    () => {},
    Symbol("s"),
    new Map(),
  ];
  for (const value of [cycle, undefined, ...extras.map((extra) => ({ title: "a", extra }))]) {
    const put = await state.drafts.put("a", value as never).take();
    assert(isErr(put) && put.error instanceof ValidationError, String(value));
  }
  assertEquals(await opened.sent(), []);
});

Deno.test("nothing is sent for a key that cannot be one, or a page without bounds", async () => {
  const opened = await desk();
  const { drafts } = opened.client.state;
  const half = "\ud800";
  for (const key of ["", half, "x".repeat(1025), "é".repeat(513)]) {
    const answers = [drafts.get(key), drafts.put(key, { title: "a" }), drafts.delete(key)];
    for (const answer of answers) {
      const taken = await answer.result();
      assert(taken.isErr() && taken.error instanceof StateError, JSON.stringify(key));
      assertEquals([taken.error.reason, taken.error.store], ["invalid_key", "drafts"]);
    }
  }
  const listed = await drafts.prefix(half).list({ limit: 1 }).result();
  assert(listed.isErr() && listed.error instanceof StateError);
  for (const limit of [-1, 1.5, 1001, Infinity, NaN, "20", undefined]) {
    const page = await drafts.list({ limit: limit as number }).result();
    assert(page.isErr() && page.error instanceof ValidationError, String(limit));
  }
  for (const offset of [-1, 0.5, "1"]) {
    const page = await drafts.list({ limit: 1, offset: offset as number }).result();
    assert(page.isErr() && page.error instanceof ValidationError, String(offset));
  }
  for (const options of [{ ttlMs: 0 }, { ttlMs: 1.5 }, { expectedRevision: 7 as never }]) {
    const put = await drafts.put("a", { title: "a" }, options).result();
    assert(put.isErr() && put.error instanceof ValidationError, JSON.stringify(options));
  }
  assertEquals(await opened.sent(), []);
});

Deno.test("[P54] composing prefixes sends nothing, and two steps are the same view as one", async () => {
  const { platform, client: { state: { drafts } } } = await desk();
  const views = [
    drafts.prefix("inspection").prefix("active"),
    drafts.prefix("inspection/active"),
    drafts.prefix("inspection/").prefix("").prefix("active/"),
  ];
  platform.answer = ({ rpc, input: { key } }) => {
    if (rpc === "State.List") return { entries: [], count: 0, offset: 0, limit: 5 };
    if (rpc === "State.Delete") return { deleted: true };
    const entry = { key, value: { title: "Draft" }, ...STAMP };
    return rpc === "State.Get" ? { found: true, entry } : { applied: true, entry };
  };
  const store = "drafts";
  const key = "inspection/active/open";
  for (const view of views) {
    const put = await view.put("open", { title: "Draft" });
    assertEquals(put.applied && put.entry.key, "open");
    const got = await view.get("open");
    assertEquals(got.found && got.entry.key, "open");
    assertEquals(await view.delete("open"), { deleted: true });
    await view.list({ limit: 5 });
    assertEquals(platform.takeInputs(), [
      { rpc: "State.Put", store, key, value: { title: "Draft" } },
      { rpc: "State.Get", store, key },
      { rpc: "State.Delete", store, key },
      { rpc: "State.List", store, prefix: "inspection/active", limit: 5 },
    ]);
  }
});

Deno.test("[P17] a view has keys below its path, with empty segments as they are written", async () => {
  const { platform, client: { state: { drafts } } } = await desk();
  platform.answer = ({ input: { key } }) => ({
    found: true,
    entry: { key, value: { title: "a" }, ...STAMP },
  });
  const keyOf = async (answer: ReturnType<typeof drafts.get>) => {
    const got = await answer;
    const [sent] = platform.requests.splice(0);
    return [sent?.input.key, got.found && got.entry.key];
  };
  assertEquals(await keyOf(drafts.get("a//b")), ["a//b", "a//b"]);
  assertEquals(await keyOf(drafts.prefix("a").get("/b")), ["a//b", "/b"]);
  assertEquals(await keyOf(drafts.prefix("a").get("")), ["a/", ""]);
  assertEquals(await keyOf(drafts.prefix("a//").get("b")), ["a//b", "b"]);
  assertEquals(await keyOf(drafts.prefix("/").get("/b")), ["/b", "/b"]);
  assertEquals(await keyOf(drafts.prefix("").get("b")), ["b", "b"]);
  platform.answer = () => ({ entries: [], count: 0, offset: 0, limit: 1 });
  for (const path of ["", "a", "a/", "a//", "/"]) await drafts.prefix(path).list({ limit: 1 });
  const prefixes = platform.requests.splice(0).map(({ input }) => input.prefix);
  assertEquals(prefixes, [undefined, "a", "a", "a/", undefined]);
});

Deno.test("[P59] a value that does not fit the schema is not returned as an entry", async () => {
  const { platform, client: { state } } = await desk();
  const refused = async (answer: unknown, ask: () => PromiseLike<unknown>) => {
    platform.answer = () => answer;
    const error = await assertRejects(async () => await ask(), TransportError);
    assertEquals(error.code, "trellis.rpc.malformed_reply");
    return error.message;
  };
  const wrong = { key: "a", value: { title: 1 }, ...STAMP };
  const good = { key: "b", value: { title: "b" }, ...STAMP };
  const { preferences, drafts } = state;
  const message = await refused({ found: true, entry: wrong }, () => drafts.get("a"));
  assertEquals(
    message,
    'the reply to State.Get cannot be understood: state.drafts "a": /value/title must be string',
  );
  await refused({ found: true, entry: good }, () => drafts.get("a"));
  await refused({ applied: true, entry: wrong }, () => drafts.put("a", { title: "a" }));
  await refused({ applied: false, current: wrong }, () => drafts.put("a", { title: "a" }));
  const page = { count: 2, offset: 0, limit: 2 };
  await refused({ entries: [good, wrong], ...page }, () => drafts.list({ limit: 2 }));
  await refused({ entries: [good], ...page }, () => drafts.prefix("c").list({ limit: 2 }));
  const unreadable = [{ key: "b", reason: "version_unknown", stateVersion: "v9" }];
  await refused({ entries: [], unreadable, ...page }, () => drafts.prefix("c").list({ limit: 2 }));
  await refused(
    { found: true, entry: { value: { theme: "dark" }, ...STAMP } },
    () => preferences.get(),
  );
  for (const answer of ["yes", { found: true }, { found: true, entry: { value: 1 } }]) {
    await refused(answer, () => preferences.get());
  }
  platform.requests.splice(0);
});

Deno.test("[P60] an old value is checked against its own version before it is returned", async () => {
  const { platform, client: { state: { preferences, drafts } } } = await desk();
  const old = (stateVersion: string, value: unknown) => ({
    ...OLD,
    stateVersion,
    writerContractDigest: "digest",
    entry: { value, ...STAMP },
  });
  platform.answer = () => old("preferences.v1", { theme: "dark" });
  const got = await preferences.get();
  assert("migrationRequired" in got);
  assertEquals(got, {
    migrationRequired: true,
    entry: { value: { theme: "dark" }, ...STAMP },
    stateVersion: "preferences.v1",
    currentStateVersion: "preferences.v2",
    writerContractDigest: "digest",
  });
  const refused = [old("preferences.v1", { theme: 1 }), old("preferences.v0", { theme: "dark" })];
  for (const answer of refused) {
    platform.answer = () => answer;
    const read = await preferences.get().result();
    assert(read.isErr() && read.error instanceof TransportError);
    assertEquals(read.error.code, "trellis.rpc.malformed_reply");
    platform.answer = () => ({ applied: false, current: answer });
    assert((await preferences.put({ theme: "dark", compact: true }).result()).isErr());
  }
  // A store without older versions has none to return.
  platform.answer = () => ({
    ...old("v0", { title: "a" }),
    entry: { key: "a", value: { title: "a" }, ...STAMP },
  });
  assert((await drafts.get("a").result()).isErr());
  platform.requests.splice(0);
});

Deno.test("an answer that gets lost is asked for with the same id, and learned", async () => {
  const { platform, client: { state: { drafts } } } = await desk();
  const entry = { key: "a", value: { title: "a" }, ...STAMP };
  platform.answer = () => platform.requests.length === 1 ? undefined : { applied: true, entry };
  const options = { timeoutMs: 2000, requestId: "01JZ0000000000000000000000" };
  assertEquals(await drafts.put("a", { title: "a" }, options), { applied: true, entry });
  const ids = platform.requests.splice(0).map(({ requestId }) => requestId);
  assertEquals(ids, [options.requestId, options.requestId]);

  // Each call has an id of its own.
  platform.answer = () => ({ deleted: true });
  await drafts.delete("a");
  await drafts.delete("a");
  assertEquals(new Set(platform.requests.splice(0).map(({ requestId }) => requestId)).size, 2);

  platform.answer = () => undefined;
  const error = await assertRejects(
    () => drafts.delete("a", { timeoutMs: 100 }).orThrow(),
    TransportError,
  );
  assertEquals([error.code, error.isOutcomeUnknown], ["trellis.rpc.timeout", true]);
  const stop = new AbortController();
  const stopped = drafts.get("a", { signal: stop.signal }).orThrow();
  stop.abort();
  assertEquals((await assertRejects(() => stopped, TransportError)).code, "trellis.rpc.aborted");
  platform.requests.splice(0);
});

Deno.test("on an open server a caller is who it says, by the kind of its contract", async () => {
  const { platform, client } = await desk();
  platform.answer = () => ({ found: false });
  assertEquals(await client.state.preferences.get(), { found: false });
  const [request] = platform.requests.splice(0);
  assert(/^u-ada-[a-z2-7]{16}$/.test(request?.caller ?? ""), request?.caller);
  const { server } = await desk();
  const wrong = { contract: notes, trellisUrl: server.url, unverifiedId: "a.b" };
  await assertRejects(async () => await TrellisClient.connect(wrong), TypeError);
});

Deno.test("[P22] the calls of state are in what a contract with state uses", async () => {
  const { platform, client } = await desk();
  platform.answer = () => ({ found: false });
  assertEquals(Object.keys(client.used), ["state"]);
  assertEquals(Object.keys(client.used.state.rpc.state), ["get", "put", "delete", "list"]);
  const got = await client.used.state.rpc.state.get({ store: "preferences" }).orThrow();
  assertEquals(got, { found: false });
  assertEquals(platform.takeInputs(), [{ rpc: "State.Get", store: "preferences" }]);
  // It is not the author who uses them: the manifest, and so its digest, says nothing of it.
  assertEquals(notes.manifest.uses, undefined);
  assertEquals(notes.used.size, 0);
});

Deno.test("[P21] [P22] without state there are no stores, and an alias of the author's own stays theirs", async () => {
  const { server: { url: trellisUrl } } = await desk();
  const head = { displayName: "Plain", description: "Has an alias of its own." } as const;
  const use = core.use({ rpc: { call: ["Trellis.Catalog"] } });
  const plain = defineAppContract(() => ({ ...head, id: "plain@v1" }));
  await using without = await TrellisClient.connect({ contract: plain, trellisUrl }).orThrow();
  assertType<IsExact<keyof typeof without.state | keyof typeof without.used, never>>(true);
  assertEquals([Object.keys(without.state), Object.keys(without.used)], [[], []]);

  const schemas = { Draft: Type.Object({ title: Type.String() }) };
  const aliased = defineAppContract({ schemas }, (ref) => ({
    ...head,
    id: "aliased@v1",
    uses: { required: { state: use } },
    state: { drafts: { kind: "map", schema: ref.schema("Draft") } },
  }));
  await using own = await TrellisClient.connect({ contract: aliased, trellisUrl }).orThrow();
  assertType<IsExact<keyof typeof own.used.state.rpc, "trellis">>(true);
  assertEquals(Object.keys(own.used.state.rpc), ["trellis"]);
  assertEquals(Object.keys(own.state), ["drafts"]);
});
