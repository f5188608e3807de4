/**
 * Trellis' own contract `trellis.core@v1`, for contracts that use it.
 *
 * ```ts
 * import { defineAppContract } from "@qlever-llc/trellis";
 * import { sdk as core } from "@qlever-llc/trellis/sdk/core";
 *
 * export default defineAppContract({}, () => ({
 *   id: "browser@v1",
 *   displayName: "Browser",
 *   description: "Lists what is there.",
 *   uses: { required: { trellis: core.use({ rpc: { call: ["Trellis.Catalog"] } }) } },
 * }));
 * ```
 *
 * @module
 */
import type { Contract } from "../define/contract.ts";
import type { SchemaRef } from "../define/declaration.ts";
import { defineServiceContract } from "../define/define.ts";
import { CatalogRequestSchema, CatalogResponseSchema } from "./models/index.ts";

/** The body of `trellis.core@v1`. */
export type CoreBody = {
  readonly id: "trellis.core@v1";
  readonly displayName: string;
  readonly description: string;
  readonly rpc: {
    readonly "Trellis.Catalog": {
      readonly version: "v1";
      readonly input: SchemaRef<"CatalogRequest", typeof CatalogRequestSchema>;
      readonly output: SchemaRef<"CatalogResponse", typeof CatalogResponseSchema>;
    };
  };
};

/** `trellis.core@v1`: what every Trellis answers. */
export const sdk: Contract<CoreBody> = defineServiceContract(
  { schemas: { CatalogRequest: CatalogRequestSchema, CatalogResponse: CatalogResponseSchema } },
  (ref) => ({
    id: "trellis.core@v1",
    displayName: "Trellis",
    description: "What every Trellis answers.",
    rpc: {
      "Trellis.Catalog": {
        version: "v1",
        input: ref.schema("CatalogRequest"),
        output: ref.schema("CatalogResponse"),
      },
    },
  }),
);
