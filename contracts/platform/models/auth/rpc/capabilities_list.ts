import type { Static, TArray, TObject, TString } from "@sinclair/typebox";
import * as Type from "@sinclair/typebox";
import { PrincipalSchema } from "../models/principal.ts";

/** Request of `Auth.Capabilities.List`. */
export const CapabilitiesListRequestSchema: TObject<{ principal: typeof PrincipalSchema }> = Type
  .Object({ principal: PrincipalSchema });

/** Request of `Auth.Capabilities.List`. */
export type CapabilitiesListRequest = Static<typeof CapabilitiesListRequestSchema>;

/** Answer of `Auth.Capabilities.List`: global keys. */
export const CapabilitiesListResponseSchema: TObject<{ capabilities: TArray<TString> }> = Type
  .Object({ capabilities: Type.Array(Type.String()) });

/** Answer of `Auth.Capabilities.List`. */
export type CapabilitiesListResponse = Static<typeof CapabilitiesListResponseSchema>;
