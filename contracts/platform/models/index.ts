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
  type SessionsDisconnectRequest,
  SessionsDisconnectRequestSchema,
  type SessionsDisconnectResponse,
  SessionsDisconnectResponseSchema,
} from "./auth/rpc/sessions_disconnect.ts";
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
export { type StateEntry, StateEntrySchema } from "./state/models/state_entry.ts";
export { type StateFound, StateFoundSchema } from "./state/models/state_found.ts";
export { type StateMigration, StateMigrationSchema } from "./state/models/state_migration.ts";
export { type StateTarget, StateTargetSchema } from "./state/models/state_target.ts";
export { type StateUnreadable, StateUnreadableSchema } from "./state/models/state_unreadable.ts";
export {
  type StateGetRequest,
  StateGetRequestSchema,
  type StateGetResponse,
  StateGetResponseSchema,
} from "./state/rpc/state_get.ts";
export {
  type StateAdminGetRequest,
  StateAdminGetRequestSchema,
} from "./state/rpc/state_admin_get.ts";
export {
  type StatePutRequest,
  StatePutRequestSchema,
  type StatePutResponse,
  StatePutResponseSchema,
} from "./state/rpc/state_put.ts";
export {
  type StateAdminPutRequest,
  StateAdminPutRequestSchema,
} from "./state/rpc/state_admin_put.ts";
export {
  type StateDeleteRequest,
  StateDeleteRequestSchema,
  type StateDeleteResponse,
  StateDeleteResponseSchema,
} from "./state/rpc/state_delete.ts";
export {
  type StateAdminDeleteRequest,
  StateAdminDeleteRequestSchema,
} from "./state/rpc/state_admin_delete.ts";
export {
  type StateListRequest,
  StateListRequestSchema,
  type StateListResponse,
  StateListResponseSchema,
} from "./state/rpc/state_list.ts";
export {
  type StateAdminListRequest,
  StateAdminListRequestSchema,
} from "./state/rpc/state_admin_list.ts";
