export { type CatalogContract, CatalogContractSchema } from "./catalog/models/catalog_contract.ts";
export {
  type CatalogRequest,
  CatalogRequestSchema,
  type CatalogResponse,
  CatalogResponseSchema,
} from "./catalog/rpc/catalog.ts";
