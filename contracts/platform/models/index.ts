export { type CatalogContract, CatalogContractSchema } from "./catalog/models/catalog_contract.ts";
export {
  CatalogRequestSchema,
  type CatalogResponse,
  CatalogResponseSchema,
} from "./catalog/rpc/catalog.ts";
