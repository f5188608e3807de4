export { type CatalogContract, CatalogContractSchema } from "./catalog/models/catalog_contract.ts";
export {
  type CatalogRequest,
  CatalogRequestSchema,
  type CatalogResponse,
  CatalogResponseSchema,
} from "./catalog/rpc/catalog.ts";
export { type Principal, PrincipalSchema } from "./auth/models/principal.ts";
export {
  type CapabilitiesListRequest,
  CapabilitiesListRequestSchema,
  type CapabilitiesListResponse,
  CapabilitiesListResponseSchema,
} from "./auth/rpc/capabilities_list.ts";
export {
  type LogoutRequest,
  LogoutRequestSchema,
  type LogoutResponse,
  LogoutResponseSchema,
} from "./auth/rpc/logout.ts";
export {
  type SessionContractRequest,
  SessionContractRequestSchema,
  type SessionContractResponse,
  SessionContractResponseSchema,
} from "./auth/rpc/session_contract.ts";
export {
  type MeRequest,
  MeRequestSchema,
  type MeResponse,
  MeResponseSchema,
} from "./auth/rpc/me.ts";
