import type { Static, TArray, TLiteral, TObject } from "@sinclair/typebox";
import * as Type from "@sinclair/typebox";
import { CatalogContractSchema } from "../models/catalog_contract.ts";

/** Request of `Trellis.Catalog`. */
export const CatalogRequestSchema: TObject<Record<never, never>> = Type.Object({});

/** Request of `Trellis.Catalog`. */
export type CatalogRequest = Static<typeof CatalogRequestSchema>;

/** Answer of `Trellis.Catalog`: every contract with an accepted deployment. */
export const CatalogResponseSchema: TObject<{
  catalog: TObject<{
    format: TLiteral<"trellis.catalog.v1">;
    contracts: TArray<typeof CatalogContractSchema>;
  }>;
}> = Type.Object({
  catalog: Type.Object({
    format: Type.Literal("trellis.catalog.v1"),
    contracts: Type.Array(CatalogContractSchema),
  }),
});

/** Answer of `Trellis.Catalog`. */
export type CatalogResponse = Static<typeof CatalogResponseSchema>;
