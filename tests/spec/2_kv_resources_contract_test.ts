import { assert, assertEquals, assertFalse, assertThrows } from "@std/assert";
import { assertType, type IsExact } from "@std/testing/types";
import { Type } from "@sinclair/typebox";
import {
  type BodyOf,
  ContractError,
  defineServiceContract,
  type TypedKV,
} from "@qlever-llc/trellis";
import { parseManifest } from "../../contracts/manifest/manifest_check.ts";
import { needsOf } from "../../reconcile/needs/needs.ts";
import type { KvClient } from "../../runtime/client/client_types.ts";
import { withMember } from "../contracts/library_contract.ts";
import { contract as audit } from "../types/documented/resources_contract.ts";
import * as mistakes from "../types/resource_mistakes.ts";

const head = { id: "cache@v1", displayName: "Cache", description: "Keeps things." } as const;

/** `code path` of every mistake of the documented contract with one KV member changed. */
function rejected(member: string, value: unknown): readonly string[] {
  const path = ["resources", "kv", "activity", member];
  const parsed = parseManifest(withMember(audit.manifest, path, value));
  return parsed.isErr() ? parsed.error.map(({ code, path }) => `${code} ${path}`) : [];
}

Deno.test("[K2] a KV resource is a requested need in the emitted contract, with its schema", () => {
  assertEquals(audit.manifest.resources?.kv?.activity, {
    purpose: "Store normalized activity entries",
    schema: { schema: "AuditEntry" },
    required: true,
    history: 1,
    ttlMs: 0,
  });
  assertEquals(audit.manifest.schemas?.AuditEntry, {
    type: "object",
    required: ["action"],
    properties: { action: { type: "string" } },
  });
  const need = needsOf(audit.manifest, audit.digest).resources.kv.activity;
  assertEquals(need?.schema, audit.manifest.schemas?.AuditEntry);
});

Deno.test("[K8] the documented KV request type-checks as printed", () => {
  type Activity = BodyOf<typeof audit>["resources"]["kv"]["activity"];
  assertType<IsExact<Activity["purpose"], "Store normalized activity entries">>(true);
  assertType<IsExact<Activity["history"], 1>>(true);
  assertType<IsExact<KvClient<BodyOf<typeof audit>>["activity"], TypedKV<{ action: string }>>>(
    true,
  );
  assertEquals(audit.manifest.resources?.kv?.activity?.required, true);
});

Deno.test("[K9] a KV entry without a schema reference does not compile", () => {
  // The compiler's part is in the functions themselves: each has a directive that must be needed.
  assertThrows(() => mistakes.kvWithoutSchema(), ContractError, "/resources/kv/entries/schema");
  assertThrows(() => mistakes.kvWithNamedSchema(), ContractError, "/resources/kv/entries/schema");
  assertThrows(() => mistakes.kvWithUnknownSchema(), ContractError, "/resources/kv/entries/schema");
});

Deno.test("[K10] a proposal whose KV entry has no schema reference is rejected", () => {
  for (const schema of [undefined, null, "AuditEntry", {}, { schema: 1 }, { $ref: "AuditEntry" }]) {
    assert(
      rejected("schema", schema).includes("shape /resources/kv/activity/schema"),
      JSON.stringify(schema),
    );
  }
});

Deno.test("[K11] a KV entry whose schema reference names no schema of the contract is rejected", () => {
  for (const name of ["Nope", "auditentry", "", "toString", "__proto__"]) {
    assertEquals(rejected("schema", { schema: name }), [
      "schema.unknown /resources/kv/activity/schema",
    ]);
  }
});

Deno.test("[K12] required of a KV request defaults to true", () => {
  const contract = defineServiceContract(
    { schemas: { Item: Type.Object({ name: Type.String() }) } },
    (ref) => ({
      ...head,
      resources: {
        kv: {
          plain: { purpose: "Keep items", schema: ref.schema("Item") },
          spare: { purpose: "Keep items", schema: ref.schema("Item"), required: false },
        },
      },
    }),
  );
  const { kv } = needsOf(contract.manifest, contract.digest).resources;
  assertEquals([kv.plain?.required, kv.spare?.required], [true, false]);
  type Client = KvClient<BodyOf<typeof contract>>;
  assertType<IsExact<Client["plain"], TypedKV<{ name: string }>>>(true);
  assertType<IsExact<Client["spare"], TypedKV<{ name: string }> | undefined>>(true);
});

Deno.test("[K23] a KV request may limit its values' size, besides history and ttlMs", () => {
  const contract = defineServiceContract(
    { schemas: { Item: Type.Object({ name: Type.String() }) } },
    (ref) => ({
      ...head,
      resources: {
        kv: {
          items: {
            purpose: "Keep items",
            schema: ref.schema("Item"),
            history: 5,
            ttlMs: 60_000,
            maxValueBytes: 65_536,
          },
          plain: { purpose: "Keep items", schema: ref.schema("Item") },
        },
      },
    }),
  );
  assertEquals(contract.manifest.resources?.kv?.items?.maxValueBytes, 65_536);
  const { kv } = needsOf(contract.manifest, contract.digest).resources;
  assertEquals([kv.items?.history, kv.items?.ttlMs, kv.items?.maxValueBytes], [5, 60_000, 65_536]);
  assertFalse("maxValueBytes" in (contract.manifest.resources?.kv?.plain ?? {}));
  assertThrows(
    () => mistakes.kvWithTextLimit(),
    ContractError,
    "/resources/kv/entries/maxValueBytes",
  );
});

Deno.test("[K56] examples write values directly, but for those that a projection makes of events", async () => {
  const readme = await Deno.readTextFile(new URL("../../README.md", import.meta.url));
  for (const word of ["Write values directly", "let a projection make the values"]) {
    assert(readme.replace(/\s+/g, " ").includes(word), `the README says when: ${word}`);
  }
  const isWritten = (handlers: string, alias: string) =>
    new RegExp(String.raw`\b(?:client|tx)\.kv\.${alias}\s*\.(?:put|create|delete)\(`).test(
      handlers,
    );
  const found = { directly: 0, projected: 0 };
  for (const [manifest, handlers] of await exampleServices()) {
    for (const [alias, { projection }] of Object.entries(manifest.resources?.kv ?? {})) {
      found[projection === undefined ? "directly" : "projected"]++;
      assertEquals(isWritten(handlers, alias), projection === undefined, alias);
    }
  }
  assert(found.directly > 1 && found.projected > 0);
});

async function exampleServices() {
  const services = {
    accounts: await import("../../examples/bank/contracts/accounts.ts"),
    movements: await import("../../examples/bank/contracts/movements.ts"),
  };
  return await Promise.all(
    Object.entries(services).map(async ([name, { default: { manifest } }]) => {
      const handlers = new URL(`../../examples/bank/handlers/${name}.ts`, import.meta.url);
      return [manifest, await Deno.readTextFile(handlers)] as const;
    }),
  );
}
