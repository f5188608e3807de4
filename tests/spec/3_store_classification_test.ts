import type { StoreDeclaration } from "../../contracts/define/declaration.ts";
import { assert, assertEquals } from "@std/assert";
import { Type } from "@sinclair/typebox";
import { defineServiceContract } from "@qlever-llc/trellis";
import type { ContractId } from "../../contracts/manifest/names.ts";
import type { Change } from "../../reconcile/changes/change.ts";
import { diffNeeds } from "../../reconcile/diff/diff_needs.ts";
import type { AdoptableBucket } from "../../reconcile/diff/diff_context.ts";
import type { Needs } from "../../reconcile/needs/need_types.ts";
import { needsOf } from "../../reconcile/needs/needs.ts";
import type { Owner } from "../../reconcile/resources/owner.ts";
import { foreignBucket } from "../support/hand_made_needs.ts";

type Settings = Partial<StoreDeclaration>;

/** What a contract with these stores asks for. */
function stores(
  store: Readonly<Record<string, Settings>>,
  id: ContractId = "files@v1",
): Needs {
  const { manifest, digest } = defineServiceContract({}, () => ({
    id,
    displayName: "Files",
    description: "Keeps files.",
    resources: {
      store: Object.fromEntries(
        Object.entries(store).map(([alias, need]) => [alias, { purpose: "Keep files", ...need }]),
      ),
    },
  }));
  return needsOf(manifest, digest);
}

function coded(changes: readonly Change[]): string[] {
  return changes.map(({ code, severity }) => `${code} ${severity}`);
}

/** `code severity` of every change between two declarations of the alias `uploads`. */
function classify(before: Settings, after: Settings): string[] {
  return coded(diffNeeds(stores({ uploads: before }), stores({ uploads: after })));
}

const HOUR = 3_600_000;

Deno.test("[S28] adding a store is safe", () => {
  const changes = diffNeeds(stores({ a: {} }), stores({ a: {}, b: { ttlMs: HOUR } }));
  assertEquals(coded(changes), ["store.added safe"]);
  assertEquals(changes[0]?.path, "/resources/store/b");
});

Deno.test("[S29] increasing maxTotalBytes is safe, and so is no longer limiting it", () => {
  assertEquals(classify({ maxTotalBytes: 100 }, { maxTotalBytes: 200 }), [
    "store.maxTotalBytes.increased safe",
  ]);
  assertEquals(classify({ maxTotalBytes: 100 }, {}), ["store.maxTotalBytes.removed safe"]);
});

Deno.test("[S30] increasing maxObjectBytes is safe, and so is no longer limiting it", () => {
  assertEquals(classify({ maxObjectBytes: 100 }, { maxObjectBytes: 200 }), [
    "store.maxObjectBytes.increased safe",
  ]);
  assertEquals(classify({ maxObjectBytes: 100 }, {}), ["store.maxObjectBytes.removed safe"]);
});

Deno.test("[S31] longer retention is safe", () => {
  assertEquals(classify({ ttlMs: HOUR }, { ttlMs: 2 * HOUR }), ["store.ttl.increased safe"]);
});

Deno.test("[S32] from finite retention to none is safe, written as 0 or left out", () => {
  assertEquals(classify({ ttlMs: HOUR }, { ttlMs: 0 }), ["store.ttl.removed safe"]);
  assertEquals(classify({ ttlMs: HOUR }, {}), ["store.ttl.removed safe"]);
  assertEquals(classify({ ttlMs: 0 }, {}), []);
});

Deno.test("[S33] changing the purpose alone is safe", () => {
  assertEquals(classify({ purpose: "a" }, { purpose: "b" }), ["store.purpose.changed safe"]);
});

Deno.test("[S34] removing a store is dangerous", () => {
  const changes = diffNeeds(stores({ a: {}, b: { required: false } }), stores({ a: {} }));
  assertEquals(coded(changes), ["store.removed dangerous"]);
});

Deno.test("[S35] renaming a store is dangerous, declared or not", () => {
  const silent = diffNeeds(stores({ a: {} }), stores({ b: {} }));
  assertEquals(coded(silent), ["store.removed dangerous", "store.added safe"]);
  const declared = diffNeeds(stores({ a: {} }), stores({ b: { renamedFrom: "a" } }));
  assertEquals(coded(declared), ["store.renamed dangerous"]);
  const more = diffNeeds(stores({ a: {} }), stores({ b: { renamedFrom: "a", ttlMs: HOUR } }));
  assertEquals(coded(more), ["store.renamed dangerous", "store.ttl.added dangerous"]);
});

Deno.test("[S36] shorter retention is dangerous, also where there was no end before", () => {
  assertEquals(classify({ ttlMs: 2 * HOUR }, { ttlMs: HOUR }), ["store.ttl.reduced dangerous"]);
  assertEquals(classify({}, { ttlMs: HOUR }), ["store.ttl.added dangerous"]);
  assertEquals(classify({ ttlMs: 0 }, { ttlMs: 100 * HOUR }), ["store.ttl.added dangerous"]);
});

Deno.test("[S37] reducing maxTotalBytes is dangerous, and so is a first limit", () => {
  assertEquals(classify({ maxTotalBytes: 200 }, { maxTotalBytes: 100 }), [
    "store.maxTotalBytes.reduced dangerous",
  ]);
  assertEquals(classify({}, { maxTotalBytes: 100 }), ["store.maxTotalBytes.added dangerous"]);
});

Deno.test("[S38] reducing maxObjectBytes is dangerous, and so is a first limit", () => {
  assertEquals(classify({ maxObjectBytes: 200 }, { maxObjectBytes: 100 }), [
    "store.maxObjectBytes.reduced dangerous",
  ]);
  assertEquals(classify({}, { maxObjectBytes: 100 }), ["store.maxObjectBytes.added dangerous"]);
});

Deno.test("[S39] whatever puts existing objects out of reach is dangerous", () => {
  // Another lineage: the objects belong to the old one.
  const replaced = diffNeeds(stores({ uploads: {} }), stores({ uploads: {} }, "files@v2"));
  assertEquals(coded(replaced), [
    "contract.replaced dangerous",
    "store.removed dangerous",
    "store.added safe",
  ]);
  // Another kind of resource under the same alias: no object is a KV value.
  const { manifest, digest } = defineServiceContract(
    { schemas: { Upload: Type.Object({}) } },
    (ref) => ({
      id: "files@v1",
      displayName: "Files",
      description: "Keeps files.",
      resources: { kv: { uploads: { purpose: "Keep files", schema: ref.schema("Upload") } } },
    }),
  );
  const kind = coded(diffNeeds(stores({ uploads: {} }), needsOf(manifest, digest)));
  assertEquals(kind.sort(), ["kv.added safe", "store.removed dangerous"]);
});

/** What adopting a store under the name of the new alias `uploads` is classified as. */
function adopting(store: Partial<AdoptableBucket>, need: Settings = {}): readonly Change[] {
  const existing = new Map([["store/uploads", foreignBucket({ settings: {}, ...store })]]);
  return diffNeeds(stores({}), stores({ uploads: need }), { existing });
}

Deno.test("[S40] adopting a store of another owner is dangerous", () => {
  assertEquals(coded(adopting({ owner: undefined })), ["store.adopted dangerous"]);
  const owner: Owner = { deployment: "b", contract: "b@v1", alias: "uploads", kind: "store" };
  const [change, ...more] = adopting({ owner });
  assertEquals(more, []);
  assertEquals([change?.severity, change?.op], ["dangerous", "add"]);
  assert(change?.reason.includes("belongs to the deployment b"));
});

Deno.test("[S41] adopting a store that keeps objects for longer is dangerous", () => {
  const adopted = "store.adopted dangerous";
  const less = "store.adopted.retention dangerous";
  const having = (ttlMs: number) => coded(adopting({ settings: { ttlMs } }, { ttlMs: HOUR }));
  assertEquals(having(2 * HOUR), [adopted, less]);
  assertEquals(having(0), [adopted, less]);
  assertEquals(having(HOUR), [adopted]);
  assertEquals(having(HOUR / 2), [adopted]);
});

Deno.test("[S42] adopting a store with wider limits is dangerous", () => {
  const adopted = "store.adopted dangerous";
  const less = "store.adopted.limits dangerous";
  for (const limit of ["maxTotalBytes", "maxObjectBytes"] as const) {
    const having = (bytes: number) =>
      coded(adopting({ settings: { [limit]: bytes } }, { [limit]: 1000 }));
    assertEquals(having(2000), [adopted, less]);
    assertEquals(having(0), [adopted, less]);
    assertEquals(having(1000), [adopted]);
    assertEquals(having(500), [adopted]);
  }
});
