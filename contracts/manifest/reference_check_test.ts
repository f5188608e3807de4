import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import type { ContractManifest } from "./manifest.ts";
import { parseManifest } from "./manifest_check.ts";
import { BUILT_IN_ERRORS } from "./reference_check.ts";
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
  assertEquals(mistakes(path, BUILT_IN_ERRORS.map((type) => ({ type }))), []);
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
