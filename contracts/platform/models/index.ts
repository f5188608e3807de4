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
export { type OpenSession, OpenSessionSchema } from "./auth/models/open_session.ts";
export {
  type SessionsListRequest,
  SessionsListRequestSchema,
  type SessionsListResponse,
  SessionsListResponseSchema,
} from "./auth/rpc/sessions_list.ts";
export {
  type SessionsRevokeRequest,
  SessionsRevokeRequestSchema,
  type SessionsRevokeResponse,
  SessionsRevokeResponseSchema,
} from "./auth/rpc/sessions_revoke.ts";
export {
  type MeRequest,
  MeRequestSchema,
  type MeResponse,
  MeResponseSchema,
} from "./auth/rpc/me.ts";
export {
  type StateEntry,
  StateEntrySchema,
  type StateFound,
  StateFoundSchema,
  type StateMigration,
  StateMigrationSchema,
} from "./state/models/state_entry.ts";
export { STATE_TARGET, type StateTarget } from "./state/models/state_target.ts";
export {
  StateAdminGetRequestSchema,
  type StateGetRequest,
  StateGetRequestSchema,
  type StateGetResponse,
  StateGetResponseSchema,
} from "./state/rpc/get.ts";
export {
  MAX_STATE_TTL_MS,
  StateAdminPutRequestSchema,
  type StatePutRequest,
  StatePutRequestSchema,
  type StatePutResponse,
  StatePutResponseSchema,
} from "./state/rpc/put.ts";
export {
  StateAdminDeleteRequestSchema,
  type StateDeleteRequest,
  StateDeleteRequestSchema,
  type StateDeleteResponse,
  StateDeleteResponseSchema,
} from "./state/rpc/delete.ts";
export {
  StateAdminListRequestSchema,
  type StateListRequest,
  StateListRequestSchema,
  type StateListResponse,
  StateListResponseSchema,
  type StateUnreadable,
  StateUnreadableSchema,
} from "./state/rpc/list.ts";
