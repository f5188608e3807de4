/** What the compiler refuses of `client.state`. Checked, never run. */
import { Type } from "@sinclair/typebox";
import { assertType, type IsExact } from "@std/testing/types";
import {
  defineAppContract,
  defineHandlers,
  defineServiceContract,
  ok,
  TrellisClient,
} from "../../mod.ts";
import { contract as notes } from "./documented/notes_contract.ts";

const Counter = Type.Object({ count: Type.Integer() });
const Title = Type.Object({ title: Type.String() });

/** A map with two older versions. */
export const counters = defineAppContract(
  { schemas: { Counter, Title, Count: Type.Integer() } },
  (ref) => ({
    id: "counters@v1",
    displayName: "Counters",
    description: "Counts.",
    state: {
      counters: {
        kind: "map",
        schema: ref.schema("Counter"),
        stateVersion: "v3",
        acceptedVersions: { v1: ref.schema("Count"), v2: ref.schema("Title") },
      },
    },
  }),
);

/** A contract without state. */
const plain = defineAppContract(() => ({
  id: "plain@v1",
  displayName: "Plain",
  description: "Keeps nothing.",
}));

export async function stores(): Promise<void> {
  const client = await TrellisClient.connect({ contract: notes }).orThrow();
  const { preferences, drafts } = client.state;
  assertType<IsExact<keyof typeof client.state, "preferences" | "drafts">>(true);
  // @ts-expect-error [P24] the contract declares no such store
  client.state.settings;
  // @ts-expect-error [P24] a store is not replaced
  client.state.drafts = drafts;

  // [P12] A value store takes no key.
  await preferences.get();
  await preferences.put({ theme: "dark", compact: true }, { expectedRevision: null, ttlMs: 1000 });
  await preferences.delete({ expectedRevision: "1" });
  // @ts-expect-error [P12] no key
  await preferences.get("theme");
  // @ts-expect-error [P12] no key
  await preferences.put("theme", { theme: "dark", compact: true });
  // @ts-expect-error [P12] no key
  await preferences.delete("theme");
  // @ts-expect-error [P14] a value store is not listed
  preferences.list({ limit: 20 });
  // @ts-expect-error [P14] a value store has no prefix
  preferences.prefix("a");

  // [P10] Values have the type of the schema.
  // @ts-expect-error [P10] preferences say whether they are compact
  await preferences.put({ theme: "dark" });
  // @ts-expect-error [P10] a draft has a title
  await drafts.put("open", { tite: "Draft" });
  const draft = await drafts.get("open");
  // @ts-expect-error [P10] not before it is known whether there is one
  draft.entry;
  if (draft.found) assertType<IsExact<typeof draft.entry.value, { title: string }>>(true);
  const applied = await drafts.put("open", { title: "Draft" });
  if (applied.applied) applied.entry.key satisfies string;
  else applied.current?.value.title satisfies string | undefined;
  (await drafts.delete("open")).deleted satisfies boolean;

  // [P15] A map needs a key.
  // @ts-expect-error [P15] which draft
  await drafts.get();
  // @ts-expect-error [P15] which draft
  await drafts.put({ title: "Draft" });
  // @ts-expect-error [P15] which draft
  await drafts.delete();
  // @ts-expect-error [P15] which draft
  await drafts.delete({ expectedRevision: "1" });

  // [P52] A page has a limit.
  // @ts-expect-error [P52] how many
  await drafts.list();
  // @ts-expect-error [P52] how many
  await drafts.list({ offset: 20 });
  // @ts-expect-error [P52] how many
  await drafts.list({ limit: undefined });
  const page = await drafts.list({ limit: 20 });
  for (const entry of page.entries) entry.value.title satisfies string;

  // [P55] A view is a map of the same values.
  const view = drafts.prefix("inspection").prefix("active");
  assertType<IsExact<typeof view, typeof drafts>>(true);

  // [P25] Nobody says whose state it is.
  // @ts-expect-error [P25] the connection says who calls
  await drafts.get("open", { userId: "ada" });
  // @ts-expect-error [P25] the connection says who calls
  await drafts.put("open", { title: "Draft" }, { deviceId: "d-1" });
  // @ts-expect-error [P25] there is one scope
  await preferences.delete({ scope: "userApp" });
  // @ts-expect-error [P25] the connection says which contract
  await drafts.list({ limit: 20, contract: "acme.notes@v1" });
  // @ts-expect-error [P25] the connection says which contract
  await preferences.get({ contractId: "acme.notes@v1" });

  // @ts-expect-error [P42] a revision is a text, or null for none
  await drafts.put("open", { title: "Draft" }, { expectedRevision: 1 });
  // @ts-expect-error [P44] what is not there cannot be deleted
  await drafts.delete("open", { expectedRevision: null });
}

export async function olderVersions(): Promise<void> {
  const client = await TrellisClient.connect({ contract: notes }).orThrow();
  const preferences = await client.state.preferences.get();
  // @ts-expect-error not before it is known which version it is of
  preferences.found;
  if ("migrationRequired" in preferences) {
    assertType<IsExact<typeof preferences.stateVersion, "preferences.v1">>(true);
    assertType<IsExact<typeof preferences.entry.value, { theme: string }>>(true);
    // @ts-expect-error the older version does not know it
    preferences.entry.value.compact;
    return;
  }
  if (preferences.found) {
    assertType<IsExact<typeof preferences.entry.value, { theme: string; compact: boolean }>>(true);
  }

  // Without older versions there is nothing to migrate.
  const draft = await client.state.drafts.get("open");
  assertType<IsExact<Extract<typeof draft, { migrationRequired: true }>, never>>(true);

  const counting = await TrellisClient.connect({ contract: counters }).orThrow();
  for (const entry of (await counting.state.counters.list({ limit: 20 })).entries) {
    if (!("migrationRequired" in entry)) {
      entry.value.count satisfies number;
    } else if (entry.stateVersion === "v1") {
      entry.entry.value satisfies number;
    } else {
      // The version tells the type of the value.
      assertType<IsExact<typeof entry.stateVersion, "v2">>(true);
      entry.entry.value.title satisfies string;
      entry.entry.key satisfies string;
    }
  }
}

export async function nothingElse(): Promise<void> {
  const client = await TrellisClient.connect({ contract: notes }).orThrow();
  const { state: { preferences, drafts } } = client;
  type Methods = "get" | "put" | "delete";
  // [P30] [P45] [P75] [P76] [P77] No keyspace, no compare-and-set, no watch, no blobs, no patches.
  assertType<IsExact<keyof typeof preferences, Methods>>(true);
  assertType<IsExact<keyof typeof drafts, Methods | "list" | "prefix">>(true);
  // @ts-expect-error [P76] a value is JSON
  await drafts.put("open", new Uint8Array(1));

  const plainClient = await TrellisClient.connect({ contract: plain }).orThrow();
  assertType<IsExact<keyof typeof plainClient.state, never>>(true);
  // @ts-expect-error a contract without state has no stores
  plainClient.state.drafts;
  // @ts-expect-error [P22] nor the calls that they are made of
  plainClient.used.state;

  // [P22] With state come the calls that it is made of, and no others.
  const { state } = client.used.state.rpc;
  assertType<IsExact<keyof typeof state, "get" | "put" | "delete" | "list">>(true);
  const got = await state.get({ store: "preferences" }).orThrow();
  if ("found" in got && got.found) got.entry.revision satisfies string;
}

/** [P2] Services keep data in their own resources. */
const service = defineServiceContract({ schemas: { Title } }, (ref) => ({
  id: "titles@v1",
  displayName: "Titles",
  description: "Keeps titles.",
  rpc: {
    "Titles.Keep": { version: "v1", input: ref.schema("Title"), output: ref.schema("Title") },
  },
  resources: { kv: { titles: { purpose: "titles", schema: ref.schema("Title") } } },
}));

export const handlers = defineHandlers(service, {
  rpc: {
    "Titles.Keep": async ({ input, client }) => {
      await client.kv.titles.put("last", input);
      // @ts-expect-error [P2] state belongs to clients
      client.state;
      return ok(input);
    },
  },
});
