/**
 * Trellis' own contract `trellis.auth@v1`, for contracts that use it. Every app, device and agent may call
 * `Auth.Sessions.Me` and `Auth.Sessions.Logout` without asking for it.
 *
 * ```ts
 * import { defineAppContract } from "@qlever-llc/trellis";
 * import { sdk as auth } from "@qlever-llc/trellis/sdk/auth";
 *
 * export default defineAppContract({}, () => ({
 *   id: "account@v1",
 *   displayName: "Account",
 *   description: "Shows who is logged in.",
 *   uses: { required: { auth: auth.use({ rpc: { call: ["Auth.Sessions.Me"] } }) } },
 * }));
 * ```
 *
 * @module
 */
import type { Contract } from "../define/contract.ts";
import type { SchemaRef } from "../define/declaration.ts";
import { defineServiceContract } from "../define/define.ts";
import {
  CapabilitiesListRequestSchema,
  CapabilitiesListResponseSchema,
  LogoutRequestSchema,
  LogoutResponseSchema,
  MeRequestSchema,
  MeResponseSchema,
  SessionContractRequestSchema,
  SessionContractResponseSchema,
  SessionsDisconnectRequestSchema,
  SessionsDisconnectResponseSchema,
  SessionsListRequestSchema,
  SessionsListResponseSchema,
  SessionsRevokeRequestSchema,
  SessionsRevokeResponseSchema,
} from "./models/index.ts";

/** The body of `trellis.auth@v1`. */
export type AuthBody = {
  readonly id: "trellis.auth@v1";
  readonly displayName: string;
  readonly description: string;
  readonly capabilities: {
    readonly "holders.read": { readonly displayName: string; readonly description: string };
  };
  readonly rpc: {
    readonly "Auth.Sessions.Me": {
      readonly version: "v1";
      readonly input: SchemaRef<"MeRequest", typeof MeRequestSchema>;
      readonly output: SchemaRef<"MeResponse", typeof MeResponseSchema>;
    };
    readonly "Auth.Sessions.Logout": {
      readonly version: "v1";
      readonly input: SchemaRef<"LogoutRequest", typeof LogoutRequestSchema>;
      readonly output: SchemaRef<"LogoutResponse", typeof LogoutResponseSchema>;
    };
    readonly "Auth.Sessions.List": {
      readonly version: "v1";
      readonly input: SchemaRef<"SessionsListRequest", typeof SessionsListRequestSchema>;
      readonly output: SchemaRef<"SessionsListResponse", typeof SessionsListResponseSchema>;
    };
    readonly "Auth.Sessions.Revoke": {
      readonly version: "v1";
      readonly input: SchemaRef<"SessionsRevokeRequest", typeof SessionsRevokeRequestSchema>;
      readonly output: SchemaRef<"SessionsRevokeResponse", typeof SessionsRevokeResponseSchema>;
    };
    readonly "Auth.Sessions.Disconnect": {
      readonly version: "v1";
      readonly input: SchemaRef<
        "SessionsDisconnectRequest",
        typeof SessionsDisconnectRequestSchema
      >;
      readonly output: SchemaRef<
        "SessionsDisconnectResponse",
        typeof SessionsDisconnectResponseSchema
      >;
    };
    readonly "Auth.Sessions.Contract": {
      readonly version: "v1";
      readonly input: SchemaRef<"SessionContractRequest", typeof SessionContractRequestSchema>;
      readonly output: SchemaRef<"SessionContractResponse", typeof SessionContractResponseSchema>;
      readonly capabilities: { readonly call: readonly ["holders.read"] };
    };
    readonly "Auth.Capabilities.List": {
      readonly version: "v1";
      readonly input: SchemaRef<"CapabilitiesListRequest", typeof CapabilitiesListRequestSchema>;
      readonly output: SchemaRef<"CapabilitiesListResponse", typeof CapabilitiesListResponseSchema>;
      readonly capabilities: { readonly call: readonly ["holders.read"] };
    };
  };
};

/** `trellis.auth@v1`: who is who, on a secured server. */
export const sdk: Contract<AuthBody> = defineServiceContract(
  {
    schemas: {
      CapabilitiesListRequest: CapabilitiesListRequestSchema,
      CapabilitiesListResponse: CapabilitiesListResponseSchema,
      LogoutResponse: LogoutResponseSchema,
      LogoutRequest: LogoutRequestSchema,
      MeRequest: MeRequestSchema,
      MeResponse: MeResponseSchema,
      SessionContractRequest: SessionContractRequestSchema,
      SessionContractResponse: SessionContractResponseSchema,
      SessionsDisconnectRequest: SessionsDisconnectRequestSchema,
      SessionsDisconnectResponse: SessionsDisconnectResponseSchema,
      SessionsListRequest: SessionsListRequestSchema,
      SessionsListResponse: SessionsListResponseSchema,
      SessionsRevokeRequest: SessionsRevokeRequestSchema,
      SessionsRevokeResponse: SessionsRevokeResponseSchema,
    },
  },
  (ref) => ({
    id: "trellis.auth@v1",
    displayName: "Trellis auth",
    description: "Who is who, and what they hold.",
    capabilities: {
      "holders.read": {
        displayName: "See what others hold",
        description:
          "Asks which capabilities anybody holds, and which contract a session runs. Services may " +
          "without it.",
      },
    },
    rpc: {
      "Auth.Sessions.Me": {
        version: "v1",
        input: ref.schema("MeRequest"),
        output: ref.schema("MeResponse"),
      },
      "Auth.Sessions.Logout": {
        version: "v1",
        input: ref.schema("LogoutRequest"),
        output: ref.schema("LogoutResponse"),
      },
      "Auth.Sessions.List": {
        version: "v1",
        input: ref.schema("SessionsListRequest"),
        output: ref.schema("SessionsListResponse"),
      },
      "Auth.Sessions.Revoke": {
        version: "v1",
        input: ref.schema("SessionsRevokeRequest"),
        output: ref.schema("SessionsRevokeResponse"),
      },
      "Auth.Sessions.Disconnect": {
        version: "v1",
        input: ref.schema("SessionsDisconnectRequest"),
        output: ref.schema("SessionsDisconnectResponse"),
      },
      "Auth.Sessions.Contract": {
        version: "v1",
        input: ref.schema("SessionContractRequest"),
        output: ref.schema("SessionContractResponse"),
        capabilities: { call: ["holders.read"] },
      },
      "Auth.Capabilities.List": {
        version: "v1",
        input: ref.schema("CapabilitiesListRequest"),
        output: ref.schema("CapabilitiesListResponse"),
        capabilities: { call: ["holders.read"] },
      },
    },
  }),
);
