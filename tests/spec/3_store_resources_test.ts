import type { UseSelection } from "../../contracts/manifest/sections.ts";
import type { ResourcesDeclaration, StoreDeclaration } from "../../contracts/define/declaration.ts";
import { assertEquals, assertFalse, assertThrows } from "@std/assert";
import { assertType, type IsExact } from "@std/testing/types";
import { type BodyOf, ContractError, defineServiceContract } from "@qlever-llc/trellis";
import type { Contract } from "../../contracts/define/contract.ts";
import { needsOf } from "../../reconcile/needs/needs.ts";
import { contract as audit } from "../types/documented/resources_contract.ts";
import * as mistakes from "../types/resource_mistakes.ts";

const files = defineServiceContract({}, () => ({
  id: "files@v1",
  displayName: "Files",
  description: "Keeps files.",
  resources: {
    store: {
      plain: { purpose: "Keep files" },
      spare: { purpose: "Keep files", required: false },
      limited: { purpose: "Keep files", maxTotalBytes: 1_000_000, maxObjectBytes: 1000 },
    },
  },
}));

function storesOf(contract: Contract) {
  return needsOf(contract.manifest, contract.digest).resources.store;
}

Deno.test("[S2] a service has no way to declare a stream", () => {
  assertType<IsExact<keyof ResourcesDeclaration, "kv" | "store">>(true);
  // The compiler refuses these; what is written all the same asks for nothing.
  for (const contract of [mistakes.streamResource(), mistakes.streamsResource()]) {
    const { resources } = needsOf(contract.manifest, contract.digest);
    assertEquals(resources, { kv: {}, store: {} });
  }
});

Deno.test("[S6] a store declaration takes no backend-native terms or knobs", () => {
  type Members =
    | "purpose"
    | "required"
    | "ttlMs"
    | "maxTotalBytes"
    | "maxObjectBytes"
    | "renamedFrom"
    | "docs";
  assertType<IsExact<keyof StoreDeclaration, Members>>(true);
  assertEquals(Object.keys(storesOf(mistakes.storeWithKnobs()).files ?? {}).sort(), [
    "maxObjectBytes",
    "maxTotalBytes",
    "purpose",
    "required",
    "ttlMs",
  ]);
});

Deno.test("[S14] the documented store request type-checks as printed", () => {
  type Uploads = BodyOf<typeof audit>["resources"]["store"]["uploads"];
  assertType<IsExact<Uploads["ttlMs"], 86_400_000>>(true);
  assertEquals(audit.manifest.resources?.store?.uploads, {
    purpose: "Temporary uploaded files awaiting processing",
    required: true,
    ttlMs: 86_400_000,
    maxTotalBytes: 10_737_418_240,
  });
});

Deno.test("[S15] a store request without a purpose does not compile", () => {
  assertType<IsExact<StoreDeclaration["purpose"], string>>(true);
  assertThrows(
    () => mistakes.storeWithoutPurpose(),
    ContractError,
    "/resources/store/files/purpose",
  );
});

Deno.test("[S16] required of a store request defaults to true", () => {
  const stores = storesOf(files);
  assertEquals([stores.plain?.required, stores.spare?.required], [true, false]);
});

Deno.test("[S19] maxTotalBytes is optional: without it no finite total is requested", () => {
  assertFalse("maxTotalBytes" in (files.manifest.resources?.store?.plain ?? {}));
  const stores = storesOf(files);
  // 0 in a need: no limit.
  assertEquals([stores.plain?.maxTotalBytes, stores.limited?.maxTotalBytes], [0, 1_000_000]);
});

Deno.test("[S20] a store request may limit the size of one object", () => {
  assertEquals(files.manifest.resources?.store?.limited?.maxObjectBytes, 1000);
  const stores = storesOf(files);
  assertEquals([stores.plain?.maxObjectBytes, stores.limited?.maxObjectBytes], [0, 1000]);
});

Deno.test("[S98] there is no declaration for write access of several services", () => {
  const need = storesOf(mistakes.storeWithOwners()).files;
  assertFalse(JSON.stringify(need).includes("other@v1"));
  // Nor does a use of another contract select any of its resources.
  assertType<IsExact<keyof UseSelection, "rpc" | "operations" | "events" | "feeds">>(true);
});

Deno.test("[S100] a store takes no schema: its values are opaque bytes", () => {
  assertType<IsExact<Extract<keyof StoreDeclaration, "schema">, never>>(true);
  const need = storesOf(mistakes.storeWithSchema()).files;
  assertFalse("schema" in (need ?? {}));
});
