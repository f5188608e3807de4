import { assert, assertEquals, assertFalse, assertStringIncludes, assertThrows } from "@std/assert";
import { assertType, type IsExact } from "@std/testing/types";
import { type Static, type TSchema, Type } from "@sinclair/typebox";
import "./check_contracts.ts";
import type { BodyOf } from "./contract.ts";
import type { ContractBody, ErrorClassOf } from "./declaration.ts";
import {
  defineAgentContract,
  defineAppContract,
  defineDeviceContract,
  defineServiceContract,
} from "./define.ts";
import { defineError } from "../errors/define_error.ts";
import type { ValidationError } from "../errors/validation_error.ts";
import { ContractError } from "../manifest/mistake.ts";
import { clock, library, NotFoundError, reader } from "../../tests/contracts/library_contract.ts";

const head = { id: "test@v1", displayName: "Test", description: "A test." } as const;
const Text = Type.Object({ text: Type.String() });
const schemas = { Text };

/** The `code path` of every mistake of a definition. */
function mistakesOf(define: () => unknown): readonly string[] {
  const error = assertThrows(define, ContractError);
  return error.mistakes.map((mistake) => `${mistake.code} ${mistake.path}`);
}

Deno.test("each helper makes its kind", () => {
  assertEquals(defineServiceContract({}, () => head).kind, "service");
  assertEquals(defineAppContract({}, () => head).manifest.kind, "app");
  assertEquals(defineAgentContract({}, () => head).manifest.kind, "agent");
  assertEquals(defineDeviceContract({}, () => head).manifest.kind, "device");
});

Deno.test("the smallest contract has no empty sections", () => {
  const contract = defineAppContract({}, () => head);
  assertEquals(contract.manifest, { ...head, format: "trellis.contract.v1", kind: "app" });
  assertEquals(contract.id, "test@v1");
  assertType<IsExact<typeof contract.id, "test@v1">>(true);
});

Deno.test("local capabilities are projected under the contract's name, others stay raw", () => {
  assertEquals(Object.keys(library.manifest.capabilities ?? {}), [
    "library-service::books.read",
    "library-service::books.write",
  ]);
  assertEquals(library.manifest.rpc?.["Books.Find"]?.capabilities?.call, [
    "library-service::books.read",
    "staff",
  ]);
  assertEquals(library.manifest.operations?.["Books.Import"]?.capabilities, {
    call: ["library-service::books.write"],
    cancel: ["library-service::books.write"],
  });
});

Deno.test("subjects carry kind, version, name, and the params of events", () => {
  assertEquals(library.manifest.rpc?.["Books.Find"]?.subject, "rpc.v1.Books.Find");
  assertEquals(
    library.manifest.operations?.["Books.Import"]?.subject,
    "operations.v1.Books.Import",
  );
  assertEquals(library.manifest.feeds?.["Books.Live"]?.subject, "feeds.v1.Books.Live");
  assertEquals(
    library.manifest.events?.["Books.Lent"]?.subject,
    "events.v1.Books.Lent.{/isbn}.{/author/name}",
  );
});

Deno.test("errors are listed by wire type, and known by class", () => {
  assertEquals(library.manifest.rpc?.["Books.Find"]?.errors, [{ type: "NotFoundError" }]);
  assertEquals(library.manifest.errors, {
    NotFoundError: { type: "NotFoundError", schema: { schema: "NotFoundErrorData" } },
  });
  assertEquals(library.errors.get("NotFoundError"), NotFoundError);
});

Deno.test("an error registered under another name is known by its wire type", () => {
  const contract = defineServiceContract(
    { schemas, errors: { Missing: NotFoundError } },
    (ref) => ({
      ...head,
      rpc: {
        "Test.Say": {
          version: "v1",
          input: ref.schema("Text"),
          output: ref.schema("Text"),
          errors: [ref.error("Missing")],
        },
      },
    }),
  );
  assertEquals(contract.manifest.rpc?.["Test.Say"]?.errors, [{ type: "NotFoundError" }]);
});

Deno.test("the manifest is frozen at every depth", () => {
  const visit = (value: unknown): void => {
    if (typeof value !== "object" || value === null) return;
    assert(Object.isFrozen(value));
    Object.values(value).forEach(visit);
  };
  visit(library.manifest);
});

Deno.test("the author's schemas are not changed", () => {
  assertFalse(Object.isFrozen(Text));
  defineServiceContract({ schemas }, () => head);
  assertFalse(Object.isFrozen(Text) || Object.isFrozen(Text.properties));
});

Deno.test("a module namespace serves as registry: what is no schema is ignored", () => {
  const registry = { Text, helper: () => 1, LIMIT: 3, nothing: undefined };
  const contract = defineServiceContract({ schemas: registry }, (ref) => ({
    ...head,
    resources: { kv: { texts: { purpose: "Keep texts", schema: ref.schema("Text") } } },
  }));
  assertEquals(Object.keys(contract.manifest.schemas ?? {}), ["Text"]);
});

Deno.test("uses know the contracts behind them, and the manifest only their names", () => {
  const selection = reader.used.get("library")?.selection;
  assertEquals([...reader.used], [["library", { contract: library, required: true, selection }]]);
  assertEquals(selection?.rpc, { call: ["Books.Find"] });
  assertEquals(library.used.get("ticks")?.required, false);
  assertEquals(library.manifest.uses, {
    required: { clock: { contract: "clock@v1", rpc: { call: ["Clock.Read"] } } },
    optional: { ticks: { contract: "clock@v1", events: { subscribe: ["Clock.Ticked"] } } },
  });
});

Deno.test("the body's type keeps the literals", () => {
  type Body = BodyOf<typeof library>;
  assertType<IsExact<keyof Body["rpc"], "Books.Find">>(true);
  assertType<IsExact<keyof Body["resources"]["kv"], "books">>(true);
  assertType<IsExact<Body["resources"]["store"]["covers"]["required"], false>>(true);
  assertType<Body extends ContractBody ? true : false>(true);
});

Deno.test("every mistake is reported at once, with place, reason and remedy", () => {
  const define = () =>
    defineServiceContract({ schemas }, (ref) => ({
      ...head,
      id: "Test@v1",
      displayName: " ",
      rpc: {
        "Test.Say": {
          version: "v1",
          input: ref.schema("Text"),
          output: { schema: "Nope" },
        },
      },
      resources: {
        kv: { texts: { purpose: "", schema: ref.schema("Text"), history: 65 } },
      },
    }));
  assertEquals([...mistakesOf(define)].sort(), [
    "name /id",
    "schema.unknown /rpc/Test.Say/output",
    "shape /displayName",
    "shape /resources/kv/texts/purpose",
    "value.range /resources/kv/texts/history",
  ]);
  const error = assertThrows(define, ContractError);
  assertEquals(error.contractId, "Test@v1");
  assertStringIncludes(error.message, "5 mistake(s)");
  assertStringIncludes(error.message, "/rpc/Test.Say/output");
});

Deno.test("two errors with one wire type are a mistake", () => {
  const Twin = defineError({ type: "NotFoundError", fields: {}, message: "m" });
  assertEquals(
    mistakesOf(() => defineServiceContract({ errors: { NotFoundError, Twin } }, () => head)),
    ["error.invalid /errors/Twin"],
  );
});

Deno.test("an error class without a wire type or a way back is a mistake", () => {
  class Bare extends Error {
    static readonly schema = Type.Object({ message: Type.String() }) as TSchema;
    static fromSerializable(): Bare {
      return new Bare();
    }
  }
  assertEquals(mistakesOf(() => defineServiceContract({ errors: { Bare } }, () => head)), [
    "error.invalid /errors/Bare",
  ]);
});

Deno.test("a schema with the name of an error's data is a mistake, unless it is that schema", () => {
  const registry = (data: TSchema) => ({
    schemas: { NotFoundErrorData: data },
    errors: { NotFoundError },
  });
  assertEquals(mistakesOf(() => defineServiceContract(registry(Text), () => head)), [
    "error.invalid /schemas/NotFoundErrorData",
  ]);
  defineServiceContract(registry(NotFoundError.schema), () => head);
});

Deno.test("schemas without a JSON form are mistakes", () => {
  const Day = Type.Transform(Type.String()).Decode((text) => new Date(text)).Encode(String);
  assertEquals(
    mistakesOf(() =>
      defineServiceContract({ schemas: { Plan: Type.Object({ day: Day }) } }, () => head)
    ),
    ["schema.invalid /schemas/Plan/properties/day"],
  );
  assert(
    mistakesOf(() => defineServiceContract({ schemas: { Big: Type.BigInt() } }, () => head))
      .includes("schema.invalid /schemas/Big/type"),
  );
  assert(
    mistakesOf(() => defineServiceContract({ schemas: { At: Type.Date() } }, () => head))
      .includes("schema.invalid /schemas/At/type"),
  );
});

Deno.test("a use of what is not there is a mistake", () => {
  const loose: readonly string[] = ["Clock.Stop"];
  assertEquals(
    mistakesOf(() =>
      defineAppContract({}, () => ({
        ...head,
        uses: { required: { clock: { ...clock.use({}), rpc: { call: loose } } } },
      }))
    ),
    ["use.unknown /uses/required/clock/rpc/call"],
  );
});

Deno.test("an alias is required or optional, not both", () => {
  assert(
    mistakesOf(() =>
      defineAppContract({}, () => ({
        ...head,
        uses: { required: { clock: clock.use({}) }, optional: { clock: clock.use({}) } },
      }))
    ).includes("use.unknown /uses/optional/clock"),
  );
});

Deno.test("an event consumer consumes events that exist", () => {
  assert(
    mistakesOf(() =>
      defineServiceContract({}, () => ({
        ...head,
        eventConsumers: { group: { self: ["Test.Nope"], uses: { unknown: ["Clock.Ticked"] } } },
      }))
    ).length >= 2,
  );
});

Deno.test("a builder that returns nothing is a mistake", () => {
  const nothing = JSON.parse("null");
  assertEquals(mistakesOf(() => defineAppContract({}, () => nothing)), ["shape "]);
});

Deno.test("a body that JSON cannot carry is a mistake, not a crash", () => {
  const odd = { ...head, docs: { markdown: "m", summary: undefined, extra: 1n } };
  assertThrows(() => defineAppContract({}, () => odd), ContractError);
});

Deno.test("static types of schemas reach the declaration", () => {
  type Find = BodyOf<typeof library>["rpc"]["Books.Find"];
  type Input = Find["input"] extends { readonly schema: infer Name } ? Name : never;
  assertType<IsExact<Input, "FindBook">>(true);
  assertType<IsExact<Static<typeof Text>, { text: string }>>(true);
});

Deno.test("a contract without schemas is defined from its builder alone", () => {
  const app = defineAppContract((ref) => {
    assertType<IsExact<Parameters<typeof ref.schema>[0], never>>(true);
    return { ...head, uses: { required: { clock: clock.use({ rpc: { call: ["Clock.Read"] } }) } } };
  });
  assertEquals(app.manifest.uses?.required?.clock?.contract, "clock@v1");
  assertType<IsExact<keyof BodyOf<typeof app>["uses"]["required"], "clock">>(true);
  for (const define of [defineServiceContract, defineAgentContract, defineDeviceContract]) {
    assertEquals(define(() => head).id, "test@v1");
  }
});

Deno.test("an RPC may declare a built-in error without registering it", () => {
  const contract = defineServiceContract({ schemas, errors: { NotFoundError } }, (ref) => ({
    ...head,
    rpc: {
      "Test.Say": {
        version: "v1",
        input: ref.schema("Text"),
        output: ref.schema("Text"),
        errors: [ref.error("NotFoundError"), ref.error("ValidationError")],
      },
    },
  }));
  assertEquals(contract.manifest.rpc?.["Test.Say"]?.errors, [
    { type: "NotFoundError" },
    { type: "ValidationError" },
  ]);
  type Errors = BodyOf<typeof contract>["rpc"]["Test.Say"]["errors"];
  assertType<IsExact<ErrorClassOf<Errors[0]>, typeof NotFoundError>>(true);
  assertType<IsExact<ErrorClassOf<Errors[1]>, typeof ValidationError>>(true);
  assertEquals([...contract.errors.keys()], ["NotFoundError"]);
});

Deno.test("a subject that the author chose is a mistake", () => {
  const extra: object = { subject: "my.own.subject" };
  assertEquals(
    mistakesOf(() =>
      defineServiceContract({ schemas }, (ref) => ({
        ...head,
        rpc: {
          "Test.Say": {
            version: "v1",
            input: ref.schema("Text"),
            output: ref.schema("Text"),
            ...extra,
          },
        },
      }))
    ),
    ["surface.subject /rpc/Test.Say/subject"],
  );
});

Deno.test("all mistakes of all schemas are reported, each once and with its property", () => {
  const missing: TSchema = JSON.parse("[]").schema;
  const broken = {
    A: Type.Object({ at: Type.Date(), big: Type.Literal(1) }, { additionalproperties: false }),
    B: Type.Object({
      gone: Type.Optional(missing),
      list: Type.Array(missing),
      odd: Type.String({ format: "phone", minLenght: 3 }),
      one: Type.Unsafe({ const: 1n }),
    }),
  };
  assertEquals(
    mistakesOf(() => defineServiceContract({ schemas: broken }, () => head)).toSorted(),
    [
      "schema.invalid /schemas/A/additionalproperties",
      "schema.invalid /schemas/A/properties/at/type",
      "schema.invalid /schemas/B/properties/gone",
      "schema.invalid /schemas/B/properties/list/items",
      "schema.invalid /schemas/B/properties/odd/format",
      "schema.invalid /schemas/B/properties/odd/minLenght",
      "schema.invalid /schemas/B/properties/one/const",
    ],
  );
});
