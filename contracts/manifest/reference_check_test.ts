import { assert, assertEquals, assertFalse, assertStringIncludes } from "@std/assert";
import type { ContractManifest } from "./manifest.ts";
import { parseManifest } from "./manifest_check.ts";
import { UNDECLARED_ERRORS } from "./reference_check.ts";
import { library, reader, withMember } from "../../tests/contracts/library_contract.ts";

function mistakes(
  path: readonly (string | number)[],
  value: unknown,
  manifest: ContractManifest = library.manifest,
): readonly string[] {
  const parsed = parseManifest(withMember(manifest, path, value));
  return parsed.isErr() ? parsed.error.map((mistake) => `${mistake.code} ${mistake.path}`) : [];
}

Deno.test("every place that refers to a schema is followed", () => {
  const places: readonly (readonly string[])[] = [
    ["rpc", "Books.Find", "input"],
    ["rpc", "Books.Find", "output"],
    ["operations", "Books.Import", "input"],
    ["operations", "Books.Import", "progress"],
    ["operations", "Books.Import", "output"],
    ["operations", "Books.Import", "signals", "note", "input"],
    ["feeds", "Books.Live", "input"],
    ["feeds", "Books.Live", "event"],
    ["jobs", "reindex", "payload"],
    ["jobs", "reindex", "result"],
    ["resources", "kv", "books", "schema"],
    ["errors", "NotFoundError", "schema"],
  ];
  for (const place of places) {
    assertEquals(mistakes(place, { schema: "Nope" }), [`schema.unknown /${place.join("/")}`]);
    assertEquals(mistakes(place, { schema: 3 }), [`shape /${place.join("/")}`]);
    assertEquals(mistakes(place, "Book"), [`shape /${place.join("/")}`]);
  }
  assert(
    mistakes(["events", "Books.Lent", "event"], { schema: "Nope" }).includes(
      "schema.unknown /events/Books.Lent/event",
    ),
  );
  const state: readonly (readonly string[])[] = [
    ["state", "marks", "schema"],
    ["state", "shelf", "acceptedVersions", "shelf.v1"],
  ];
  for (const place of state) {
    assertEquals(mistakes(place, { schema: "Nope" }, reader.manifest), [
      `schema.unknown /${place.join("/")}`,
    ]);
  }
  assertEquals(mistakes(["exports", "schemas", 0], "Nope"), ["schema.unknown /exports/schemas/0"]);
});

Deno.test("names that every object inherits are no schemas", () => {
  for (const name of ["toString", "constructor", "__proto__"]) {
    assertEquals(mistakes(["rpc", "Books.Find", "input"], { schema: name }), [
      "schema.unknown /rpc/Books.Find/input",
    ]);
  }
});

Deno.test("the mistake lists the known schemas", () => {
  const parsed = parseManifest(
    withMember(library.manifest, ["jobs", "reindex", "payload"], { schema: "Boook" }),
  );
  assert(parsed.isErr());
  assertStringIncludes(parsed.error[0]?.fix ?? "", "Book, FindBook");
});

Deno.test("errors are declared, or built in", () => {
  const path = ["rpc", "Books.Find", "errors"];
  assertEquals(mistakes(path, [{ type: "StrangeError" }]), [
    "error.unknown /rpc/Books.Find/errors/0",
  ]);
  assertEquals(mistakes(path, ["NotFoundError"]), ["error.unknown /rpc/Books.Find/errors/0"]);
  assertEquals(mistakes(path, [{ type: "toString" }]), ["error.unknown /rpc/Books.Find/errors/0"]);
  assertEquals(mistakes(path, UNDECLARED_ERRORS.map((type) => ({ type }))), []);
  assertEquals(mistakes(["errors", "NotFoundError", "type"], "OtherError"), [
    "shape /errors/NotFoundError/type",
  ]);
});

Deno.test("a capability under the contract's own name is one that it defines", () => {
  const path = ["rpc", "Books.Find", "capabilities", "call"];
  assertEquals(mistakes(path, ["library-service::books.burn"]), [
    "capability.unknown /rpc/Books.Find/capabilities/call/0",
  ]);
  assertEquals(mistakes(path, ["other-service::books.burn", "raw"]), []);
  assertEquals(mistakes(path, [""]), ["shape /rpc/Books.Find/capabilities/call/0"]);
});

Deno.test("params point at properties of the event body", () => {
  const params = (...pointers: unknown[]) => {
    const subject = ["events.v1.Books.Lent", ...pointers.map((p) => `{${p}}`)].join(".");
    const manifest = withMember(library.manifest, ["events", "Books.Lent", "subject"], subject);
    return mistakes(["events", "Books.Lent", "params"], pointers, manifest as ContractManifest);
  };
  assertEquals(params("/isbn", "/author/name"), []);
  for (const pointer of ["isbn", "/nope", "/isbn/x", "/author/toString", "/__proto__", "/"]) {
    assertEquals(params(pointer), ["param.unknown /events/Books.Lent/params/0"], pointer);
  }
  assertEquals(params(3), ["shape /events/Books.Lent/params/0"]);
});

Deno.test("params are strings or numbers in every variant of the body", () => {
  const found = (event: object, pointer = "/a") => {
    const body = ["schemas", "Book"];
    const subject = `events.v1.Books.Lent.{${pointer}}`;
    const changed = withMember(
      withMember(
        library.manifest,
        ["events", "Books.Lent", "subject"],
        subject,
      ) as ContractManifest,
      ["events", "Books.Lent", "params"],
      [pointer],
    ) as ContractManifest;
    return mistakes(body, event, changed).length === 0;
  };
  const of = (a: object, ...more: string[]) => ({ type: "object", properties: { a, ...more } });
  const text = { type: "string" };
  assert(found(of(text)));
  assert(found(of({ type: ["string", "integer"] })));
  assert(found(of({ anyOf: [{ const: "x" }, { enum: ["y", 1] }] })));
  assert(found({ anyOf: [of(text), of({ type: "number" })] }));
  assert(found({ allOf: [{ type: "object" }, of(text)], properties: { b: true } }));
  assert(found({ properties: { o: { oneOf: [of(text), of(text)] } } }, "/o/a"));
  for (const type of ["object", "array", "null", "boolean"]) assertFalse(found(of({ type })), type);
  assertFalse(found(of({ type: ["string", "null"] })));
  assertFalse(found(of({ type: "string", nullable: true })));
  assertFalse(found(of({})));
  assertFalse(found(of({ anyOf: [text, { const: null }] })));
  assertFalse(found({ anyOf: [of(text), of({ type: "object" })] }));
  assertFalse(found({ anyOf: [of(text), { type: "object", properties: { b: text } }] }));
  assertFalse(found({ anyOf: [of(text), true] }));
  assertFalse(found(of(text), "/a/b"));
});

Deno.test("a consumer group names events that exist and are subscribed to", () => {
  const group = (value: object) => mistakes(["eventConsumers", "lending"], value);
  assertEquals(group({ self: ["Books.Lent"], uses: { ticks: ["Clock.Ticked"] } }), []);
  assertEquals(group({ self: ["Books.Nope"] }), ["use.unknown /eventConsumers/lending/self/0"]);
  assertEquals(group({ uses: { ticks: ["Clock.Ticked", "Clock.Nope"] } }), [
    "use.unknown /eventConsumers/lending/uses/ticks/1",
  ]);
  assertEquals(group({ uses: { clock: ["Clock.Ticked"] } }), [
    "use.unknown /eventConsumers/lending/uses/clock/0",
  ]);
  assertEquals(group({ uses: { nope: ["Clock.Ticked"] } }), [
    "use.unknown /eventConsumers/lending/uses/nope",
  ]);
});
