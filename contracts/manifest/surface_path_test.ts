import { assertEquals } from "@std/assert";
import { assertType, type IsExact } from "@std/testing/types";
import fc from "fast-check";
import {
  type BySurfacePath,
  bySurfacePath,
  type SurfaceGroup,
  type SurfaceLeaf,
  surfacePath,
} from "./surface_path.ts";

type Path<Name extends string> = [SurfaceGroup<Name>] extends [never] ? readonly [SurfaceLeaf<Name>]
  : readonly [SurfaceGroup<Name>, SurfaceLeaf<Name>];

/** The compiler checks the expected path against the type-level twin, the test against the code. */
function twin<const Name extends string>(name: Name, ...path: Path<Name>): void {
  assertEquals<unknown>(surfacePath(name), path);
}

Deno.test("a name has one path, at run time and at the type level", () => {
  twin("Ping", "ping");
  twin("ping", "ping");
  twin("URL", "uRL");
  twin("A", "a");
  twin("Orders.Create", "orders", "create");
  twin("orders.create", "orders", "create");
  twin("Documents.Files.Upload", "documents", "filesUpload");
  twin("documents.files.upload", "documents", "filesUpload");
  twin("A.B.C.D.E", "a", "bCDE");
  twin("Trellis.Catalog", "trellis", "catalog");
  twin("X.URL.Parse2", "x", "uRLParse2");
});

Deno.test("a client's map has groups and leaves, with the types of its entries", () => {
  type Entries = { "Ping": 1; "Orders.Create": 2; "Orders.Lines.Add": 3; "Docs.Read": 4 };
  type Nested = BySurfacePath<Entries>;
  assertType<IsExact<Nested["ping"], 1>>(true);
  assertType<IsExact<Nested["orders"]["create"], 2>>(true);
  assertType<IsExact<Nested["orders"]["linesAdd"], 3>>(true);
  assertType<IsExact<keyof Nested, "ping" | "orders" | "docs">>(true);
  const nested = bySurfacePath([["Ping", 1], ["Orders.Create", 2], ["Orders.Lines.Add", 3], [
    "Docs.Read",
    4,
  ]]);
  assertEquals(JSON.parse(JSON.stringify(nested)), {
    ping: 1,
    orders: { create: 2, linesAdd: 3 },
    docs: { read: 4 },
  });
});

Deno.test("every name has its own place, whatever it is called", () => {
  const word = fc.oneof(
    fc.stringMatching(/^[A-Z][A-Za-z0-9]{0,6}$/),
    fc.constantFrom("Constructor", "ToString", "HasOwnProperty", "Then"),
  );
  const names = fc.uniqueArray(
    fc.array(word, { minLength: 2, maxLength: 3 }).map((w) => w.join(".")),
    {
      selector: (name) => surfacePath(name).join("."),
    },
  );
  fc.assert(fc.property(names, (list) => {
    const nested = bySurfacePath(list.map((name) => [name, name] as const));
    for (const name of list) {
      const [group, leaf] = surfacePath(name);
      const inGroup: unknown = Reflect.get(nested, group);
      assertEquals(Object.hasOwn(inGroup as object, leaf ?? ""), true);
      assertEquals(Reflect.get(inGroup as object, leaf ?? ""), name);
    }
  }));
});
