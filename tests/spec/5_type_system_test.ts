import { assert, assertEquals, assertFalse, assertInstanceOf, assertThrows } from "@std/assert";
import { assertType, type IsExact } from "@std/testing/types";
import { Kind, type Static, Type } from "@sinclair/typebox";
import fc from "fast-check";
import { z } from "zod";
import * as trellis from "@qlever-llc/trellis";
import * as coreSdk from "@qlever-llc/trellis/sdk/core";
import {
  type BodyOf,
  buildCursorPage,
  buildPageResponse,
  ContractError,
  CursorPageInfoSchema,
  CursorPageSchema,
  CursorQuerySchema,
  defineAppContract,
  defineError,
  defineHandlers,
  defineServiceContract,
  err,
  type ErrorClass,
  isErr,
  JobError,
  KVError,
  normalizeCursorQuery,
  normalizePageQuery,
  ok,
  OperationError,
  type PageRequest,
  PageRequestSchema,
  type PageResponse,
  PageResponseSchema,
  RemoteError,
  type Result,
  type RpcCall,
  type SchemaOf,
  type SerializableErrorData,
  StateError,
  StoreError,
  TransferError,
  TransportError,
  TrellisError,
  TrellisIDSchema,
  UnexpectedError,
  ValidationError,
} from "@qlever-llc/trellis";
import { parseBindings } from "../../contracts/stored/bindings.ts";
import { wireType } from "../../contracts/errors/trellis_error.ts";
import { isSurfaceKind } from "../../contracts/manifest/sections.ts";
import { isJsonObject, isSchema } from "../../contracts/schema/schema_parts.ts";
import { isRecord, type JsonValue } from "../../contracts/json/json.ts";
import { parseManifest } from "../../contracts/manifest/manifest_check.ts";
import { isContractId } from "../../contracts/manifest/names.ts";
import type { Decision, Desired, Plan } from "../../reconcile/records/authority_record.ts";
import { validatorOf } from "../../contracts/schema/validator.ts";
import orders from "../../examples/orders/contracts/orders_service.ts";
import { library } from "../contracts/library_contract.ts";
import { propose } from "../support/deployed.ts";
import { sourceFiles } from "../support/source_files.ts";
import { TrellisServer } from "../support/trellis_server.ts";
import { AuthError, type AuthErrorData } from "../types/documented/auth_error.ts";
import { configSchema } from "../types/documented/config.ts";
import { type FindUserInput, FindUserSchema } from "../types/documented/find_user_schema.ts";
import graphDefault, {
  contract as graph,
  NotFoundError,
} from "../types/documented/graph_contract.ts";
import { contract as audit } from "../types/documented/resources_contract.ts";
import { type User, UserSchema } from "../types/documented/user_schema.ts";
import * as mistakes from "../types/contract_mistakes.ts";
import { anyText } from "../support/random/any_text.ts";

type Graph = BodyOf<typeof graph>;

Deno.test("[Y1] a contract emits an artifact of the format trellis.contract.v1", () => {
  assertEquals(graph.manifest.format, "trellis.contract.v1");
  assertEquals(JSON.parse(JSON.stringify(graph.manifest)).format, "trellis.contract.v1");
});

Deno.test("[Y2] defineError and defineServiceContract are exported by the package", () => {
  assertEquals(typeof trellis.defineError, "function");
  assertEquals(typeof trellis.defineServiceContract, "function");
});

Deno.test("[Y3] the core SDK exports sdk with a use function", () => {
  const use = coreSdk.sdk.use({ rpc: { call: ["Trellis.Catalog"] } });
  assertEquals(use.contract, coreSdk.sdk.id);
  assertEquals(use.rpc.call, ["Trellis.Catalog"]);
});

Deno.test("[Y4] the documented graph@v1 contract type-checks as printed", () => {
  assertType<IsExact<typeof graph["id"], "graph@v1">>(true);
  assertType<IsExact<keyof Graph["rpc"], "User.Find">>(true);
  assertType<IsExact<keyof Graph["events"], "Partner.Changed">>(true);
  assertType<IsExact<Static<SchemaOf<Graph["rpc"]["User.Find"]["output"]>>, User>>(true);
  assertEquals(graph.manifest.displayName, "Graph Service");
});

Deno.test("[Y5] defineError makes a definition for a contract's errors, with type and message", () => {
  const error = new NotFoundError();
  assertEquals([error.name, error.message], ["NotFoundError", "Not found"]);
  assertEquals(error.toSerializable(), { type: "NotFoundError", message: "Not found" });
  assertEquals(graph.errors.get("NotFoundError"), NotFoundError);
});

Deno.test("[Y6] a required dependency is declared with core.use under uses.required", () => {
  assertEquals(graph.manifest.uses, {
    required: { trellis: { contract: "trellis.core@v1", rpc: { call: ["Trellis.Catalog"] } } },
  });
  assertEquals(graph.used.get("trellis")?.required, true);
  assertThrows(() => mistakes.useOfUnknownRpc(), ContractError, "Trellis.Nope");
});

Deno.test("[Y7] an RPC is declared by version, input, output, errors and capabilities", () => {
  assertEquals(graph.manifest.rpc?.["User.Find"], {
    version: "v1",
    subject: "rpc.v1.User.Find",
    input: { schema: "FindUser" },
    output: { schema: "User" },
    errors: [{ type: "NotFoundError" }],
    capabilities: { call: ["users.read"] },
  });
  type Find = Graph["rpc"]["User.Find"];
  assertType<IsExact<Static<SchemaOf<Find["input"]>>, FindUserInput>>(true);
  assertThrows(() => mistakes.rpcWithoutOutput(), ContractError, "output");
});

Deno.test("[Y8] an event is declared by version, params, event and capabilities", () => {
  assertEquals(graph.manifest.events?.["Partner.Changed"], {
    version: "v1",
    subject: "events.v1.Partner.Changed.{/partner/id/origin}.{/partner/id/id}",
    params: ["/partner/id/origin", "/partner/id/id"],
    event: { schema: "PartnerChanged" },
    capabilities: { publish: ["partners.write"], subscribe: ["partners.read"] },
  });
  const schemas = { Changed: Type.Object({ id: Type.String() }) };
  assertThrows(
    () =>
      defineServiceContract({ schemas }, (ref) => ({
        id: "test@v1",
        displayName: "Test",
        description: "A test.",
        events: {
          "Test.Changed": { version: "v1", params: ["/nope"], event: ref.schema("Changed") },
        },
      })),
    ContractError,
    "/nope",
  );
});

Deno.test("[Y9] inputs and outputs of RPCs are in the manifest as JSON Schema", () => {
  const rpc = graph.manifest.rpc?.["User.Find"];
  assertEquals(
    graph.manifest.schemas?.[rpc?.input.schema ?? ""],
    JSON.parse(JSON.stringify(FindUserSchema)),
  );
  assertEquals(
    graph.manifest.schemas?.[rpc?.output.schema ?? ""],
    JSON.parse(JSON.stringify(UserSchema)),
  );
});

Deno.test("[Y10] allowed errors of RPCs are in the manifest, and only those", () => {
  assertEquals(graph.manifest.rpc?.["User.Find"]?.errors, [{ type: "NotFoundError" }]);
  assertEquals(orders.manifest.rpc?.["Orders.Create"]?.errors, undefined);
  assertEquals(orders.manifest.rpc?.["Orders.Ship"]?.errors, [
    { type: "OrderNotFoundError" },
    { type: "OrderNotPendingError" },
  ]);
});

Deno.test("[Y11] capabilities of RPCs and events are in the manifest", () => {
  assertEquals(graph.manifest.rpc?.["User.Find"]?.capabilities, { call: ["users.read"] });
  assertEquals(graph.manifest.events?.["Partner.Changed"]?.capabilities, {
    publish: ["partners.write"],
    subscribe: ["partners.read"],
  });
});

Deno.test("[Y12] dependencies on other contracts are in the manifest", () => {
  assertEquals(library.manifest.uses, {
    required: { clock: { contract: "clock@v1", rpc: { call: ["Clock.Read"] } } },
    optional: { ticks: { contract: "clock@v1", events: { subscribe: ["Clock.Ticked"] } } },
  });
});

Deno.test("[Y13] contract files export what the helper returns, and refer with ref", async () => {
  const files = (await sourceFiles("examples")).filter(({ path }) =>
    /\/contracts\/[^/]+\.ts$/.test(path)
  );
  assert(files.length > 0);
  const call = String.raw`define(?:Service|App|Agent|Device)Contract\(`;
  const exported = new RegExp(`^export (?:default|const contract =) ${call}`, "m");
  for (const { path, text } of [...files, await coreSource()]) {
    const helper = exported.test(text) || /\/(?:core|auth)_sdk\.ts$/.test(path);
    assert(helper, `${path} exports what define…Contract returns`);
    assertFalse(/\{\s*schema:\s*"/.test(text), `${path} refers with ref.schema("…")`);
    assertFalse(/\{\s*error:\s*"/.test(text), `${path} refers with ref.error("…")`);
  }
});

async function coreSource() {
  const [file] = await sourceFiles("contracts/platform/core_sdk.ts");
  assert(file !== undefined);
  return file;
}

Deno.test("[Y14] the manifest is plain JSON, which needs no TypeScript to be read", () => {
  for (const contract of [graph, library, orders]) {
    const text = JSON.stringify(contract.manifest);
    assertEquals(JSON.parse(text), contract.manifest);
    assertEquals(JSON.stringify(JSON.parse(text)), text);
    assertEquals(parseManifest(JSON.parse(text)).orThrow(), contract.manifest);
    visit(contract.manifest, (value) => {
      assert(value !== undefined && typeof value !== "function");
      assertEquals(
        typeof value === "object" && value !== null ? Object.getOwnPropertySymbols(value) : [],
        [],
      );
    });
  }
});

/** Calls back with a value and everything in it. */
function visit(value: unknown, check: (value: unknown) => void): void {
  check(value);
  if (typeof value === "object" && value !== null) {
    for (const member of Object.values(value)) visit(member, check);
  }
}

Deno.test("[Y15] a contract is usable as it is exported, by default or as contract", () => {
  assertEquals(graphDefault, graph);
  const served = defineHandlers(graphDefault, {
    rpc: { "User.Find": ({ input }) => ok({ id: input.userId, active: true }) },
  });
  assertEquals(served.contract, graph);
  const app = defineAppContract({}, () => ({
    id: "browser@v1",
    displayName: "Browser",
    description: "Looks.",
    uses: { required: { graph: graph.use({ rpc: { call: ["User.Find"] } }) } },
  }));
  assertEquals(app.used.get("graph")?.contract, graph);
});

async function modelFiles() {
  const files = (await sourceFiles("contracts/platform/models"))
    .filter(({ path }) => path !== "contracts/platform/models/index.ts");
  assert(files.length > 0);
  return files;
}

Deno.test("[Y16] a schema stands with the platform only where platform contracts or runtime use it", async () => {
  const models = await modelFiles();
  const users = (await sourceFiles("contracts", "runtime", "cli"))
    .filter(({ path }) =>
      !path.endsWith("_test.ts") && !path.startsWith("contracts/platform/models/")
    );
  const unused: string[] = [];
  for (const { path, text } of models) {
    for (const name of exportedSchemas(text)) {
      const word = new RegExp(`\\b${name}\\b`);
      const used = users.some((file) => word.test(file.text)) ||
        models.some((file) => file.path !== path && word.test(file.text));
      if (!used) unused.push(`${path}: ${name}`);
    }
  }
  assertEquals(unused, []);
});

/** Names of the exported constants that hold a schema, whatever their annotation. */
function exportedSchemas(text: string): readonly string[] {
  return [...text.matchAll(/^export const (\w+)/gm)].map(([, name]) => name ?? "");
}

Deno.test("[Y17] platform schemas are laid out by domain, in models, rpc and events", async () => {
  for (const { path } of await modelFiles()) {
    const place = /^contracts\/platform\/models\/[a-z_]+\/(?:models|rpc|events)\/[a-z_]+\.ts$/;
    assert(place.test(path), path);
  }
  const [index] = await sourceFiles("contracts/platform/models/index.ts");
  for (const { path, text } of await modelFiles()) {
    for (const name of exportedSchemas(text)) {
      assert(
        new RegExp(`\\b${name}\\b`).test(index?.text ?? ""),
        `index.ts exports ${name} of ${path}`,
      );
    }
  }
});

Deno.test("[Y18] a platform schema file holds one schema and is named after its type", async () => {
  for (const { path, text } of await modelFiles()) {
    const [, folder, file = ""] = /(models|rpc|events)\/([a-z_]+)\.ts$/.exec(path) ?? [];
    const type = file.split("_").map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join(
      "",
    );
    // A simple RPC may have its request and its answer in one file.
    const allowed = folder === "rpc"
      ? [
        `${type}RequestSchema`,
        `${type}InputSchema`,
        `${type}ResponseSchema`,
        `${type}OutputSchema`,
      ]
      : [`${type}Schema`];
    const names = exportedSchemas(text);
    assert(names.length > 0 && names.length <= (folder === "rpc" ? 2 : 1), path);
    for (const name of names) assert(allowed.includes(name), `${path}: ${name}`);
  }
});

Deno.test("[Y19] schema constants are named …Schema", async () => {
  for (const { path, text } of await modelFiles()) {
    for (const name of exportedSchemas(text)) assert(name.endsWith("Schema"), `${path}: ${name}`);
  }
  const exported: readonly (readonly [string, unknown])[] = Object.entries({
    ...trellis,
    ...coreSdk,
  });
  const schemas = exported.filter(([, value]) => isRecord(value) && Kind in value).map(([name]) =>
    name
  );
  assert(schemas.includes("PageRequestSchema"));
  assertEquals(schemas.filter((name) => !name.endsWith("Schema")), []);
});

Deno.test("[Y20] the type of a schema has the schema's name without the suffix", async () => {
  assertType<IsExact<User, Static<typeof UserSchema>>>(true);
  let pairs = 0;
  for (const { path, text } of await sourceFiles("contracts", "runtime")) {
    if (path.endsWith("_test.ts")) continue;
    for (const [, type, schema] of text.matchAll(/type (\w+) = Static<typeof (\w+)>/g)) {
      assertEquals(`${type}Schema`, schema, path);
      pairs++;
    }
  }
  assert(pairs > 5);
  const without: string[] = [];
  for (const { path, text } of await modelFiles()) {
    for (const name of exportedSchemas(text)) {
      const type = name.replace(/Schema$/, "");
      if (!text.includes(`export type ${type} = Static<typeof ${name}>`)) {
        without.push(`${path}: ${type}`);
      }
    }
  }
  assertEquals(without, []);
});

Deno.test("[Y21] the documented UserSchema and its type type-check as printed", () => {
  assertType<IsExact<User, { id: string; active: boolean }>>(true);
  assertEquals(UserSchema.properties.active.default, true);
  assert(validatorOf(UserSchema).check({ id: "u", active: false }));
});

Deno.test("[Y25] list RPCs have one of the two page shapes", () => {
  const lists: (readonly [string, unknown, unknown])[] = [];
  for (const { manifest } of [orders, coreSdk.sdk, library, graph]) {
    for (const [name, rpc] of Object.entries(manifest.rpc ?? {})) {
      if (!name.endsWith(".List")) continue;
      lists.push([
        name,
        manifest.schemas?.[rpc.input.schema],
        manifest.schemas?.[rpc.output.schema],
      ]);
    }
  }
  assert(lists.length > 0);
  for (const [name, input, output] of lists) {
    const offset = covers(input, PageRequestSchema) &&
      covers(output, PageResponseSchema(Type.Any()));
    const cursor = covers(input, CursorQuerySchema) && covers(output, CursorPageSchema(Type.Any()));
    assert(offset || cursor, name);
  }
});

/** True when an object schema has the members of a page shape, and requires what that requires. */
function covers(schema: unknown, shape: { properties: object; required?: string[] }): boolean {
  if (!isRecord(schema) || !isRecord(schema.properties)) return false;
  const { properties, required } = schema;
  return Object.keys(shape.properties).every((name) => Object.hasOwn(properties, name)) &&
    (shape.required ?? []).every((name) => Array.isArray(required) && required.includes(name));
}

Deno.test("[Y26] an offset page request without a limit fails validation", () => {
  const request = validatorOf(PageRequestSchema);
  assert(request.check({ limit: 10 }));
  assertFalse(request.check({}));
  assertFalse(request.check({ offset: 0 }));
  assertEquals(request.issues({ offset: 0 }), [{ path: "/limit", message: "is required" }]);
});

Deno.test("[Y27] the offset of a page request is optional and defaults to 0", () => {
  assert(validatorOf(PageRequestSchema).check({ limit: 10 }));
  assertEquals(normalizePageQuery({ limit: 10 }).offset, 0);
  assertEquals(buildPageResponse([], 0, { limit: 10 }).offset, 0);
});

Deno.test("[Y28] an offset page holds its rows under entries", () => {
  const page = PageResponseSchema(Type.Object({ id: Type.String() }));
  const lists = Object.entries(page.properties).filter(([, schema]) => schema.type === "array");
  assertEquals(lists.map(([name]) => name), ["entries"]);
  assertEquals(buildPageResponse(["a"], 1, { limit: 1 }).entries, ["a"]);
  const output = orders.manifest.rpc?.["Orders.List"]?.output.schema ?? "";
  const schema = orders.manifest.schemas?.[output];
  assert(isRecord(schema) && isRecord(schema.properties));
  assertEquals(Object.keys(schema.properties).filter((name) => name === "orders"), []);
  assert("entries" in schema.properties);
});

Deno.test("[Y29] count is the number of matching rows, not of entries", () => {
  assertEquals(buildPageResponse(["a", "b"], 57, { limit: 2 }).count, 57);
  assertEquals(buildPageResponse([], 57, { offset: 100, limit: 2 }).count, 57);
});

Deno.test("[Y30] nextOffset is there only while another request can ask for more", () => {
  assertEquals(buildPageResponse(["a", "b"], 5, { limit: 2 }).nextOffset, 2);
  assertEquals(buildPageResponse(["c", "d"], 5, { offset: 2, limit: 2 }).nextOffset, 4);
  assertFalse("nextOffset" in buildPageResponse(["e"], 5, { offset: 4, limit: 2 }));
  assertFalse("nextOffset" in buildPageResponse(["a", "b"], 2, { limit: 2 }));
  assertFalse("nextOffset" in buildPageResponse([], 5, { offset: 9, limit: 2 }));
  assertFalse("nextOffset" in buildPageResponse([], 5, { limit: 0 }));
});

Deno.test("[Y31] offset pages are live: what changes between requests shows at later offsets", () => {
  const rows = ["a", "b", "c", "d"];
  const ask = (offset: number) =>
    buildPageResponse(rows.slice(offset, offset + 2), rows.length, { offset, limit: 2 });
  const first = ask(0);
  rows.unshift("new");
  const second = ask(first.nextOffset ?? -1);
  assertEquals([first.entries, second.entries], [["a", "b"], ["b", "c"]]);
  assertEquals([first.count, second.count], [4, 5]);
});

Deno.test("[Y32] PageRequestSchema is the TypeBox schema of an offset page request", () => {
  assertType<IsExact<Static<typeof PageRequestSchema>, { offset?: number; limit: number }>>(true);
  assertType<IsExact<PageRequest, { offset?: number; limit: number }>>(true);
  assertEquals(PageRequestSchema[Kind], "Object");
  const request = validatorOf(PageRequestSchema);
  assert(request.check({ offset: 3, limit: 10 }));
  for (
    const wrong of [
      { limit: "10" },
      { limit: 1.5 },
      { limit: -1 },
      { limit: 1, offset: -1 },
      [],
      null,
    ]
  ) {
    assertFalse(request.check(wrong), JSON.stringify(wrong));
  }
});

Deno.test("[Y33] PageResponseSchema(entry) is the TypeBox schema of an offset page", () => {
  const Row = Type.Object({ id: Type.String() });
  const schema = PageResponseSchema(Row);
  type Expected = {
    entries: { id: string }[];
    count: number;
    offset: number;
    limit: number;
    nextOffset?: number;
  };
  assertType<IsExact<Static<typeof schema>, Expected>>(true);
  assertType<IsExact<PageResponse<{ id: string }>, Expected>>(true);
  const page = validatorOf(schema);
  const full = { entries: [{ id: "a" }], count: 3, offset: 0, limit: 1, nextOffset: 1 };
  assert(page.check(full));
  for (const name of ["entries", "count", "offset", "limit"]) {
    assertFalse(page.check({ ...full, [name]: undefined }), name);
    assertFalse(page.check({ ...full, [name]: "x" }), name);
  }
  assertFalse(page.check({ ...full, entries: [{ id: 1 }] }));
});

Deno.test("[Y34] normalizePageQuery defaults the offset, and never lets a limit above the maximum pass", () => {
  assertEquals(normalizePageQuery({ limit: 20 }), { offset: 0, limit: 20 });
  assertEquals(normalizePageQuery({ offset: 5, limit: 20 }, 20), { offset: 5, limit: 20 });
  fc.assert(fc.property(fc.integer(), fc.nat(5000), (limit, maximum) => {
    let allowed: number;
    try {
      allowed = normalizePageQuery({ limit }, maximum).limit;
    } catch (error) {
      assertInstanceOf(error, RangeError);
      assert(limit < 0 || limit > maximum);
      return;
    }
    assert(allowed === limit && limit <= maximum);
  }));
});

Deno.test("[Y35] buildPageResponse makes a page with the total count and the effective query", () => {
  assertEquals(buildPageResponse(["c", "d"], 5, { offset: 2, limit: 2 }, 10), {
    entries: ["c", "d"],
    count: 5,
    offset: 2,
    limit: 2,
    nextOffset: 4,
  });
  assertEquals(buildPageResponse(["a"], 1, { limit: 10 }), {
    entries: ["a"],
    count: 1,
    offset: 0,
    limit: 10,
  });
  assertThrows(() => buildPageResponse([], 0, { limit: 11 }, 10), RangeError);
});

Deno.test("[Y36] cursor pages have neither a total count nor an offset", () => {
  assertEquals(Object.keys(CursorPageSchema(Type.String()).properties).sort(), ["items", "page"]);
  assertEquals(Object.keys(CursorPageInfoSchema.properties), ["nextCursor"]);
  assertEquals(Object.keys(buildCursorPage(["a"], "c")).sort(), ["items", "page"]);
  assertEquals(Object.keys(buildCursorPage(["a"], "c").page), ["nextCursor"]);
});

Deno.test("[Y37] the limit of a cursor page is optional and defaults to 100", () => {
  assert(validatorOf(CursorQuerySchema).check({}));
  assertEquals(normalizeCursorQuery({}), { limit: 100 });
});

Deno.test("[Y38] without options no cursor page has a limit above 500", () => {
  assertEquals(normalizeCursorQuery({ limit: 500 }).limit, 500);
  fc.assert(fc.property(fc.integer({ min: 501 }), (limit) => {
    assertThrows(() => normalizeCursorQuery({ limit }), RangeError);
  }));
});

Deno.test("[Y39] an endpoint may have a narrower or a wider maximum", () => {
  assertThrows(() => normalizeCursorQuery({ limit: 51 }, { maxLimit: 50 }), RangeError);
  assertEquals(normalizeCursorQuery({ limit: 2000 }, { maxLimit: 2000 }).limit, 2000);
  assertThrows(() => normalizeCursorQuery({ limit: 2001 }, { maxLimit: 2000 }), RangeError);
  assertEquals(normalizeCursorQuery({}, { maxLimit: 50 }).limit, 50);
});

Deno.test("[Y40] a cursor may be left out, and an empty one fails validation", () => {
  const query = validatorOf(CursorQuerySchema);
  assert(query.check({ limit: 1 }));
  assert(query.check({ cursor: "c" }));
  assertFalse(query.check({ cursor: "" }));
  assertThrows(() => normalizeCursorQuery({ cursor: "" }), RangeError, "cursor");
});

Deno.test("[Y41] nextCursor is there only when another page is available", () => {
  assertEquals(buildCursorPage([1], "c").page, { nextCursor: "c" });
  assertFalse("nextCursor" in buildCursorPage([1]).page);
  assertFalse("nextCursor" in buildCursorPage([1], undefined).page);
});

Deno.test("[Y42] a caller goes on by passing nextCursor back unchanged, whatever it holds", () => {
  fc.assert(fc.property(anyText({ minLength: 1 }), (position) => {
    const { nextCursor } = buildCursorPage([], position).page;
    assert(nextCursor !== undefined);
    assert(validatorOf(CursorQuerySchema).check({ cursor: nextCursor }));
    assertEquals(normalizeCursorQuery({ cursor: nextCursor }).cursor, position);
  }));
  const rows = Array.from({ length: 7 }, (_, i) => `row ${i}`);
  const serve = (query: { cursor?: string; limit?: number }) => {
    const { cursor, limit } = normalizeCursorQuery(query);
    const start = cursor === undefined ? 0 : Number(atob(cursor));
    const end = start + limit;
    return buildCursorPage(rows.slice(start, end), end < rows.length ? btoa(`${end}`) : undefined);
  };
  const seen: string[] = [];
  for (let cursor: string | undefined, more = true; more;) {
    const page: { items: string[]; page: { nextCursor?: string } } = serve(
      cursor === undefined ? { limit: 3 } : { cursor, limit: 3 },
    );
    seen.push(...page.items);
    cursor = page.page.nextCursor;
    more = cursor !== undefined;
  }
  assertEquals(seen, rows);
});

Deno.test("[Y43] CursorQuerySchema is the TypeBox schema of a cursor page request", () => {
  assertType<IsExact<Static<typeof CursorQuerySchema>, { cursor?: string; limit?: number }>>(true);
  assertEquals(CursorQuerySchema[Kind], "Object");
  const query = validatorOf(CursorQuerySchema);
  assert(query.check({ cursor: "c", limit: 1 }));
  for (const wrong of [{ cursor: 1 }, { limit: "1" }, { limit: 1.5 }, null, []]) {
    assertFalse(query.check(wrong), JSON.stringify(wrong));
  }
});

Deno.test("[Y44] CursorPageSchema(item) and CursorPageInfoSchema are the TypeBox schemas of a cursor page", () => {
  const schema = CursorPageSchema(Type.Object({ id: Type.String() }));
  type Expected = { items: { id: string }[]; page: { nextCursor?: string } };
  assertType<IsExact<Static<typeof schema>, Expected>>(true);
  assertType<IsExact<Static<typeof CursorPageInfoSchema>, { nextCursor?: string }>>(true);
  const page = validatorOf(schema);
  assert(page.check({ items: [{ id: "a" }], page: {} }));
  assert(page.check({ items: [], page: { nextCursor: "c" } }));
  for (
    const wrong of [{ items: [] }, { page: {} }, { items: [{}], page: {} }, {
      items: [],
      page: { nextCursor: 1 },
    }]
  ) {
    assertFalse(page.check(wrong), JSON.stringify(wrong));
  }
  assert(validatorOf(CursorPageInfoSchema).check({}));
});

Deno.test("[Y45] buildCursorPage makes a page, without nextCursor when none is given", () => {
  assertEquals(buildCursorPage(["a"], "c"), { items: ["a"], page: { nextCursor: "c" } });
  assertEquals(buildCursorPage(["a"]), { items: ["a"], page: {} });
});

Deno.test("[Y46] wire schemas are TypeBox: types are inferred, and JSON Schema is emitted", () => {
  type Find = Graph["rpc"]["User.Find"];
  assertType<IsExact<Parameters<RpcCall<Find>>[0], { userId: string }>>(true);
  type Body = Static<SchemaOf<Graph["events"]["Partner.Changed"]["event"]>>;
  assertType<IsExact<Body["partner"]["id"], { origin: string; id: string }>>(true);
  type Progress = Static<
    SchemaOf<BodyOf<typeof library>["operations"]["Books.Import"]["progress"]>
  >;
  assertType<IsExact<Progress, { done: number }>>(true);
  assertThrows(() => mistakes.referenceToNoSchema(), ContractError, "not a TypeBox schema");
  assertEquals(library.manifest.schemas?.Progress, {
    type: "object",
    required: ["done"],
    properties: { done: { type: "integer", minimum: 0 } },
  });
});

Deno.test("[Y48] the documented FindUserSchema type-checks, with TrellisIDSchema", () => {
  assertType<IsExact<FindUserInput, { userId: string }>>(true);
  assertEquals(FindUserSchema.properties.userId.pattern, TrellisIDSchema.pattern);
  const input = validatorOf(FindUserSchema);
  assert(input.check({ userId: "01ARZ3NDEKTSV4RRFFQ69G5FAV" }));
  assertFalse(input.check({ userId: "me" }));
});

Deno.test("[Y49] the documented Zod configuration works", () => {
  type Config = z.infer<typeof configSchema>;
  assertType<
    IsExact<Config, { ARANGO_URL: string; LOG_LEVEL: "debug" | "info" | "warn" | "error" }>
  >(true);
  const url = { ARANGO_URL: "http://localhost:8529" };
  assertEquals(configSchema.parse(url), { ...url, LOG_LEVEL: "info" });
  for (const LOG_LEVEL of ["debug", "info", "warn", "error"]) {
    assertEquals(configSchema.parse({ ...url, LOG_LEVEL }).LOG_LEVEL, LOG_LEVEL);
  }
  for (
    const wrong of [{}, { ARANGO_URL: "arango" }, { ...url, LOG_LEVEL: "trace" }, {
      ...url,
      LOG_LEVEL: "",
    }]
  ) {
    assertInstanceOf(configSchema.safeParse(wrong).error, z.ZodError);
  }
});

Deno.test("[Y50] the wire schemas of Trellis and its examples are open objects", () => {
  const exported: readonly unknown[] = Object.values({ ...trellis, ...coreSdk });
  const schemas: unknown[] = exported.filter((value) => isRecord(value) && Kind in value);
  schemas.push(PageResponseSchema(Type.String()), CursorPageSchema(Type.String()));
  for (const error of errorClasses()) schemas.push(error.schema);
  for (const { manifest } of [orders, coreSdk.sdk, graph]) schemas.push(manifest.schemas);
  assert(schemas.length > 10);
  for (const schema of schemas) {
    visit(schema, (part) => {
      assertFalse(
        isRecord(part) &&
          (part.additionalProperties === false || part.unevaluatedProperties === false),
        JSON.stringify(part),
      );
    });
  }
});

Deno.test("[Y52] no file stacks two validation libraries", async () => {
  const libraries = /from "(?:npm:)?(@sinclair\/typebox|zod|ajv|valibot|arktype|joi|yup)[@/"]/g;
  const stacked: string[] = [];
  for (
    const { path, text } of await sourceFiles(
      "contracts",
      "reconcile",
      "runtime",
      "cli",
      "examples",
    )
  ) {
    if (path.endsWith("_test.ts")) continue;
    const found = new Set([...text.matchAll(libraries)].map(([, name]) => name));
    // The wire is TypeBox's, checked by the one validator; Zod is for configuration alone.
    const wire = !path.startsWith("runtime/config") && /^(?:contracts|runtime)\//.test(path);
    if (found.size > 1 || (wire && found.has("zod"))) stacked.push(path);
    if (found.has("ajv") && path !== "contracts/schema/compiled_validator.ts") stacked.push(path);
  }
  assertEquals(stacked, []);
});

// Trellis keeps its records in NATS KV: a record's own id is there what a row's is in SQL.

Deno.test("[Y53] a record's own id is a ULID that Trellis makes", async () => {
  await using server = await TrellisServer.start();
  const authority = await server.authority();
  const plans = [
    (await propose(authority, orders)).plan,
    (await propose(authority, audit)).plan,
  ];
  const ids = validatorOf(TrellisIDSchema);
  for (const plan of plans) assert(ids.check(plan.id), plan.id);
  assertEquals(new Set(plans.map((plan) => plan.id)).size, 2);
});

Deno.test("[Y54] [Y56] deployment, contract and digest are fields of their own beside a record's id", async () => {
  await using server = await TrellisServer.start();
  const { plan } = await propose(await server.authority(), orders);
  assertEquals(plan.deployment, "orders-service");
  assertEquals(plan.needs.contract, orders.id);
  assertEquals(plan.needs.digest, orders.digest);
  for (const domain of [plan.deployment, plan.needs.contract, plan.needs.digest]) {
    assertFalse(plan.id.includes(domain) || domain.includes(plan.id));
  }
  type Ids = Extract<keyof Plan | keyof Decision | keyof Desired, `${string}id` | `${string}Id`>;
  assertType<IsExact<Ids, "id" | "planId">>(true);
  assertType<IsExact<Extract<keyof Decision | keyof Desired, "id">, never>>(true);
});

Deno.test("[Y59] map changes a success, mapErr a failure, andThen continues a success", () => {
  const three: Result<number, string> = ok(3);
  const failed: Result<number, string> = err("no");
  assertEquals(three.map((n) => n + 1), ok(4));
  assertEquals(failed.map((n) => n + 1), err("no"));
  assertEquals(three.mapErr((text) => text.length), ok(3));
  assertEquals(failed.mapErr((text) => text.length), err(2));
  assertEquals(three.andThen((n) => ok(`${n}`)), ok("3"));
  assertEquals(three.andThen(() => err("later")), err("later"));
  assertEquals(failed.andThen((n) => ok(`${n}`)), err("no"));
});

Deno.test("[Y60] after the error case is handled, the compiler knows the success type", () => {
  function length(result: Result<string, RangeError>): number {
    const value = result.take();
    if (isErr(value)) {
      assertType<IsExact<typeof value.error, RangeError>>(true);
      return -1;
    }
    assertType<IsExact<typeof value, string>>(true);
    return value.length;
  }
  function same(result: Result<string, RangeError>): number {
    if (result.isErr()) return result.error.message.length;
    assertType<IsExact<typeof result.value, string>>(true);
    return result.value.length;
  }
  assertEquals([length(ok("abc")), length(err(new RangeError("x")))], [3, -1]);
  assertEquals([same(ok("abc")), same(err(new RangeError("x")))], [3, 1]);
});

// Put together, so that this file does not contain what it looks for.
const NO_CHECK = ["@ts", "nocheck"].join("-");
const DOUBLE_CAST = new RegExp(["as", "unknown", "as"].join("\\s+"));
const EXPECT_ERROR = ["@ts", "expect-error"].join("-");
const IGNORE = ["@ts", "ignore"].join("-");

function everySource() {
  return sourceFiles(
    "mod.ts",
    "contracts",
    "reconcile",
    "runtime",
    "cli",
    "examples",
    "links",
    "tests",
  );
}

Deno.test("[Y61] no source turns type checking off", async () => {
  const files = await everySource();
  assert(files.length > 100);
  assertEquals(files.filter(({ text }) => text.includes(NO_CHECK)).map(({ path }) => path), []);
});

Deno.test("[Y62] no source casts by way of unknown", async () => {
  const files = await everySource();
  assert(DOUBLE_CAST.test(["x as", "unknown as Y"].join(" ")));
  assertEquals(files.filter(({ text }) => DOUBLE_CAST.test(text)).map(({ path }) => path), []);
});

Deno.test("[Y63] an expected type error has a reason, and stands in type tests alone", async () => {
  const wrong: string[] = [];
  let seen = 0;
  for (const { path, text } of await everySource()) {
    if (text.includes(IGNORE)) wrong.push(`${path}: ${IGNORE}`);
    for (const line of text.split("\n").filter((line) => line.includes(EXPECT_ERROR))) {
      const directive = /^\s*\/\/ (\S+) (.*)$/.exec(line);
      if (directive?.[1] !== EXPECT_ERROR) continue;
      seen++;
      if ((directive[2] ?? "").split(" ").length < 3) wrong.push(`${path}: no reason`);
      if (!path.startsWith("tests/types/") && !/types_test\.ts$/.test(path)) {
        wrong.push(`${path}: not a type test`);
      }
    }
  }
  assert(seen > 20);
  assertEquals(wrong, []);
});

function isJsonLike(value: unknown): value is JsonValue {
  return JSON.stringify(value) !== undefined;
}

Deno.test("[Y64] what narrows a type checks the value", async () => {
  const junk: readonly unknown[] = [
    undefined,
    null,
    0,
    "",
    "x",
    [],
    {},
    () => 1,
    Symbol("s"),
    new Map(),
  ];
  const guards: Readonly<Record<string, (value: unknown) => boolean>> = {
    isContractId: (value) => typeof value === "string" && isContractId(value),
    isErr: (value) => isErr(value),
    isRecord: (value) => isRecord(value) && typeof value !== "object",
    isJsonObject: (value) => isJsonLike(value) && isJsonObject(value) && typeof value !== "object",
    isSchema: (value) => isJsonLike(value) && isSchema(value) && typeof value !== "object",
    isSurfaceKind: (value) => typeof value === "string" && isSurfaceKind(value),
  };
  for (const [name, guard] of Object.entries(guards)) {
    for (const value of junk) assertFalse(guard(value), `${name}(${String(value)})`);
  }
  assert(isContractId("a@v1") && isErr(err(1)) && isRecord({}));
  assertFalse(isRecord([]) || isRecord(null) || isRecord("x"));
  assert(isJsonObject({}) && isSchema({}) && isSchema(true) && !isSchema("x") && !isSchema([]));
  assert(isSurfaceKind("rpc") && !isSurfaceKind("jobs") && !isSurfaceKind("toString"));
  for (const value of junk) assert(parseManifest(value).isErr());
  for (const value of junk) assertEquals(parseBindings(value), undefined);
  // A guard that is added is tested here.
  const exported = /^export function (\w+)[^{;]*\): (?:asserts )?\w+ is /gm;
  const found: string[] = [];
  for (const { text } of await sourceFiles("contracts")) {
    for (const [, name] of text.matchAll(exported)) found.push(name ?? "");
  }
  assertEquals(found.sort(), Object.keys(guards).sort());
});

Deno.test("[Y65] shared errors are exported by the package", () => {
  for (const error of [TransportError, UnexpectedError, RemoteError, ValidationError]) {
    assert(error.prototype instanceof TrellisError);
  }
  assertEquals(
    ["TrellisError", "TransportError", "UnexpectedError", "RemoteError", "ValidationError"]
      .filter((name) => !(name in trellis)),
    [],
  );
});

Deno.test("[Y66] a service extends the same base with errors of its own", () => {
  const error = new AuthError({ reason: "expired" });
  assertInstanceOf(error, TrellisError);
  assertInstanceOf(error, Error);
  assertEquals(JSON.parse(JSON.stringify(error)), {
    type: "AuthError",
    message: "",
    reason: "expired",
  });
  class OwnError extends AuthError {
    static readonly schema = Type.Object({
      type: Type.Literal("AuthError"),
      message: Type.String(),
      reason: Type.String(),
    });
    static fromSerializable(data: AuthErrorData): OwnError {
      return new OwnError({ reason: data.reason });
    }
  }
  const contract = defineServiceContract({ errors: { AuthError: OwnError } }, () => ({
    id: "auth@v1",
    displayName: "Auth",
    description: "Signs people in.",
  }));
  assertEquals(contract.errors.get("AuthError"), OwnError);
});

Deno.test("[Y73] the documented AuthError type-checks as printed", () => {
  const error = new AuthError({ reason: "expired", cause: "c" });
  assertType<IsExact<typeof error.name, "AuthError">>(true);
  assertType<IsExact<typeof error.reason, "expired" | "unknown_user">>(true);
  assertType<IsExact<ReturnType<typeof error.toSerializable>, AuthErrorData>>(true);
  assertEquals([error.name, error.reason, error.cause], ["AuthError", "expired", "c"]);
});

Deno.test("[Y74] toSerializable of the documented AuthError is type, message and reason", () => {
  assertEquals(new AuthError({ reason: "unknown_user" }).toSerializable(), {
    type: "AuthError",
    message: "",
    reason: "unknown_user",
  });
});

/** An error class of the package, as far as it is one. */
type PackageError = Partial<ErrorClass> & { readonly name: string };

/** Every concrete error class that the package exports. */
function errorClasses(): readonly PackageError[] {
  const exported: readonly unknown[] = Object.values(trellis);
  return exported.filter((value): value is PackageError =>
    typeof value === "function" && value.prototype instanceof TrellisError
  );
}

/** One instance of each. */
const samples: readonly TrellisError<{ type: string; message: string }>[] = [
  new TransportError({ message: "m", code: "trellis.rpc.timeout", hint: "h" }),
  new UnexpectedError({ id: "i" }),
  new ValidationError({ issues: [{ path: "/a", message: "is required" }] }),
  new RemoteError({ payload: { type: "StrangeError", message: "m", extra: [1] } }),
  new KVError({ reason: "not_found", message: "m", key: "k" }),
  new StoreError({ reason: "not_found", message: "m", key: "k" }),
  new StateError({ reason: "invalid_key", message: "m", hint: "h", store: "s", key: "k" }),
  new OperationError({ reason: "dead", message: "m", id: "i" }),
  new TransferError({ reason: "busy", message: "m", id: "i" }),
  new JobError({ reason: "duplicate", message: "m", queue: "q", id: "i" }),
  new NotFoundError(),
];

Deno.test("[Y75] each error type has a wire type of its own", () => {
  const types = [...errorClasses(), NotFoundError].map((error) =>
    samples.find((sample) => sample instanceof error.prototype!.constructor)?.toSerializable().type
  );
  assertFalse(types.includes(undefined), "there is a sample of each exported error");
  assertEquals(new Set(types).size, types.length);
  const Twin = defineError({ type: "NotFoundError", fields: {}, message: "m" });
  assertThrows(
    () =>
      defineServiceContract({ errors: { NotFoundError, Twin } }, () => ({
        id: "twin@v1",
        displayName: "Twin",
        description: "Has one type twice.",
      })),
    ContractError,
    "NotFoundError",
  );
});

Deno.test("[Y76] each error type has a serializable data schema as static schema", () => {
  const without = [...errorClasses(), NotFoundError].filter(({ schema }) =>
    schema === undefined || !(Kind in schema) || JSON.stringify(schema) === "{}"
  );
  assertEquals(without.map(({ name }) => name), []);
  assertEquals(wireType(NotFoundError), "NotFoundError");
});

Deno.test("[Y77] each error type rebuilds an instance from its serialized data", () => {
  for (const sample of samples) {
    const rebuild: unknown = Reflect.get(sample.constructor, "fromSerializable");
    assert(typeof rebuild === "function", `${sample.name} has fromSerializable`);
    const wire = JSON.parse(JSON.stringify(sample));
    const rebuilt: unknown = Reflect.apply(rebuild, sample.constructor, [wire]);
    assertInstanceOf(rebuilt, TrellisError);
    assertEquals(rebuilt.constructor, sample.constructor);
    assertEquals(rebuilt.toSerializable(), sample.toSerializable());
    assertEquals(rebuilt.message, sample.message);
  }
});

Deno.test("[Y78] each error type serializes to data that fits its schema", () => {
  for (const sample of samples) {
    const schema: unknown = Reflect.get(sample.constructor, "schema");
    assert(isRecord(schema), `${sample.name} has a schema`);
    const wire: unknown = JSON.parse(JSON.stringify(sample));
    assertEquals(validatorOf(schema).issues(wire), [], sample.name);
  }
});

Deno.test("[Y80] the errors of example and scaffolded services are made with defineError", async () => {
  const files = await sourceFiles("examples", "cli/init");
  assert(files.some(({ text }) => text.includes("defineError(")));
  assertEquals(
    files.filter(({ text }) => /extends\s+\w*Error\b/.test(text)).map(({ path }) => path),
    [],
  );
});

Deno.test("[Y81] SerializableErrorData is the type of open error payloads", () => {
  const payload: SerializableErrorData = { type: "XError", message: "m", anything: { goes: [1] } };
  assertType<IsExact<typeof payload["type"], string>>(true);
  assertType<IsExact<typeof payload["anything"], unknown>>(true);
  assertType<IsExact<RemoteError["payload"], SerializableErrorData>>(true);
  assertEquals(new RemoteError({ payload }).payload.anything, { goes: [1] });
});

Deno.test("[Y82] the schema of a local error is in the emitted schemas by itself", () => {
  assertEquals(graph.manifest.errors, {
    NotFoundError: { type: "NotFoundError", schema: { schema: "NotFoundErrorData" } },
  });
  assertEquals(
    graph.manifest.schemas?.NotFoundErrorData,
    JSON.parse(JSON.stringify(NotFoundError.schema)),
  );
});

Deno.test("[Y88] known errors are narrowed, others keep the open type", () => {
  type Call = RpcCall<BodyOf<typeof library>["rpc"]["Books.Find"]>;
  type Failure = Extract<
    Awaited<ReturnType<ReturnType<Call>["take"]>>,
    { readonly error: unknown }
  >["error"];
  function describe(error: Failure): string {
    if (error instanceof RemoteError) {
      assertType<IsExact<typeof error.payload["type"], string>>(true);
      assertType<IsExact<typeof error.payload["isbn"], unknown>>(true);
      return `other: ${error.payload.type}`;
    }
    if (error.name !== "NotFoundError") return `runtime: ${error.name}`;
    assertType<IsExact<typeof error.isbn, string>>(true);
    return `known: ${error.isbn}`;
  }
  const [known] = library.errors.values();
  assert(known !== undefined);
  const rebuild: unknown = Reflect.get(known, "fromSerializable");
  assert(typeof rebuild === "function");
  const found = rebuild({ type: "NotFoundError", message: "m", isbn: "1" });
  assertEquals(describe(found), "known: 1");
  assertEquals(
    describe(new RemoteError({ payload: { type: "NewError", message: "m", isbn: 3 } })),
    "other: NewError",
  );
  assertEquals(describe(new UnexpectedError()), "runtime: UnexpectedError");
});
