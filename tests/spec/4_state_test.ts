import type { StateDeclaration } from "../../contracts/define/declaration.ts";
import { assert, assertEquals, assertFalse, assertThrows } from "@std/assert";
import { assertType, type IsExact } from "@std/testing/types";
import {
  type BodyOf,
  ContractError,
  defineAgentContract,
  defineDeviceContract,
  type SchemaOf,
} from "@qlever-llc/trellis";
import { type Static, Type } from "@sinclair/typebox";
import { parseManifest } from "../../contracts/manifest/manifest_check.ts";
import { withMember } from "../contracts/library_contract.ts";
import { contract as notes } from "../types/documented/notes_contract.ts";
import * as mistakes from "../types/state_mistakes.ts";

const head = { id: "test@v1", displayName: "Test", description: "A test." } as const;
const schemas = { Draft: Type.Object({ title: Type.String() }) };

/** `code path` of every mistake of the documented contract with one member changed. */
function rejected(path: readonly string[], value: unknown): readonly string[] {
  const parsed = parseManifest(withMember(notes.manifest, ["state", ...path], value));
  return parsed.isErr() ? parsed.error.map(({ code, path }) => `${code} ${path}`) : [];
}

Deno.test("[P3] state is a top-level map with one entry for each named store", () => {
  assertEquals(Object.keys(notes.manifest.state ?? {}), ["preferences", "drafts"]);
  assertType<IsExact<keyof BodyOf<typeof notes>["state"], "preferences" | "drafts">>(true);
  for (const define of [defineDeviceContract, defineAgentContract]) {
    const contract = define({ schemas }, (ref) => ({
      ...head,
      state: { drafts: { kind: "map", schema: ref.schema("Draft") } },
    }));
    assertEquals(Object.keys(contract.manifest.state ?? {}), ["drafts"]);
  }
});

Deno.test("[P4] the kind of a store is value or map; a missing or other kind does not compile", () => {
  assertType<IsExact<StateDeclaration["kind"], "value" | "map">>(true);
  assertThrows(() => mistakes.stateWithoutKind(), ContractError, "/state/drafts/kind");
  assertThrows(() => mistakes.stateOfAnotherKind(), ContractError, "/state/drafts/kind");
  for (const kind of [undefined, "list", "Map", "", null, 1]) {
    assertEquals(rejected(["drafts", "kind"], kind), ["shape /state/drafts/kind"]);
  }
});

Deno.test("[P5] a store needs a schema, emitted as a reference by name", () => {
  assertEquals(notes.manifest.state?.drafts?.schema, { schema: "Draft" });
  assertType<IsExact<undefined extends StateDeclaration["schema"] ? true : false, false>>(true);
  type Draft = BodyOf<typeof notes>["state"]["drafts"]["schema"];
  assertType<IsExact<Static<SchemaOf<Draft>>, { title: string }>>(true);
  assertThrows(() => mistakes.stateWithoutSchema(), ContractError, "/state/drafts/schema");
});

Deno.test("[P6] a store whose schema is not among the contract's schemas is rejected", () => {
  assertThrows(() => mistakes.stateWithUnknownSchema(), ContractError, "/state/drafts/schema");
  for (const name of ["Nope", "draft", "", "constructor"]) {
    assertEquals(rejected(["drafts", "schema"], { schema: name }), [
      "schema.unknown /state/drafts/schema",
    ]);
  }
});

Deno.test("[P8] acceptedVersions is an optional map from older versions to schemas", () => {
  type Preferences = BodyOf<typeof notes>["state"]["preferences"];
  type Older = Preferences["acceptedVersions"]["preferences.v1"];
  assertType<IsExact<Static<SchemaOf<Older>>, { theme: string }>>(true);
  assertEquals(notes.manifest.state?.preferences?.acceptedVersions, {
    "preferences.v1": { schema: "PreferencesV1" },
  });
  assertFalse("acceptedVersions" in (notes.manifest.state?.drafts ?? {}));
  assertEquals(rejected(["preferences", "acceptedVersions"], undefined), []);
  for (const wrong of [5, "PreferencesV1", { "preferences.v1": "PreferencesV1" }]) {
    assert(rejected(["preferences", "acceptedVersions"], wrong).length > 0, JSON.stringify(wrong));
  }
});

Deno.test("[P9] kind, schema, stateVersion and acceptedVersions appear in the emitted manifest", () => {
  assertEquals(notes.manifest.state, {
    preferences: {
      kind: "value",
      schema: { schema: "Preferences" },
      stateVersion: "preferences.v2",
      acceptedVersions: { "preferences.v1": { schema: "PreferencesV1" } },
    },
    drafts: { kind: "map", schema: { schema: "Draft" } },
  });
  assertEquals(Object.keys(notes.manifest.schemas ?? {}).sort(), [
    "Draft",
    "Preferences",
    "PreferencesV1",
  ]);
});

Deno.test("[P11] the documented app contract type-checks as printed", () => {
  assertType<IsExact<typeof notes["id"], "acme.notes@v1">>(true);
  type State = BodyOf<typeof notes>["state"];
  assertType<IsExact<State["preferences"]["kind"], "value">>(true);
  assertType<IsExact<State["preferences"]["stateVersion"], "preferences.v2">>(true);
  assertType<IsExact<State["drafts"]["kind"], "map">>(true);
  assertEquals([notes.kind, notes.id], ["app", "acme.notes@v1"]);
});

Deno.test("[P35] an accepted version whose schema is not among the contract's schemas is rejected", () => {
  const path = ["preferences", "acceptedVersions", "preferences.v1"];
  assertEquals(rejected(path, { schema: "Nope" }), [
    "schema.unknown /state/preferences/acceptedVersions/preferences.v1",
  ]);
  assertThrows(() => mistakes.stateWithUnknownAcceptedVersion(), ContractError, "acceptedVersions");
});
