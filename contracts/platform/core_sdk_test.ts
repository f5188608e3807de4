import { assert, assertEquals } from "@std/assert";
import { sdk } from "./core_sdk.ts";
import { CatalogResponseSchema } from "./models/index.ts";
import { validatorOf } from "../schema/validator.ts";

Deno.test("the core contract answers Trellis.Catalog", () => {
  assertEquals(sdk.id, "trellis.core@v1");
  assertEquals(sdk.manifest.rpc?.["Trellis.Catalog"]?.subject, "rpc.v1.Trellis.Catalog");
});

Deno.test("the catalogue's schema takes what newer versions add", () => {
  const contract = { id: "a@v1", digest: "d", displayName: "A", description: "a", deployment: "a" };
  const catalog = { format: "trellis.catalog.v1", contracts: [{ ...contract, added: 1 }], more: 1 };
  assert(validatorOf(CatalogResponseSchema).check({ catalog, page: {} }));
});
