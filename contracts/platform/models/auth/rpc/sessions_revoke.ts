import type { Static, TObject, TString } from "@sinclair/typebox";
import * as Type from "@sinclair/typebox";

/** Request of `Auth.Sessions.Revoke`: a session of the caller's own, as it is listed; any, for admins. */
export const SessionsRevokeRequestSchema: TObject<{ session: TString }> = Type.Object({
  session: Type.String({ pattern: "^[a-z2-7]{16}$" }),
});

/** Request of `Auth.Sessions.Revoke`. */
export type SessionsRevokeRequest = Static<typeof SessionsRevokeRequestSchema>;

/** Answer of `Auth.Sessions.Revoke`. */
export const SessionsRevokeResponseSchema: TObject<Record<never, never>> = Type.Object({});

/** Answer of `Auth.Sessions.Revoke`. */
export type SessionsRevokeResponse = Static<typeof SessionsRevokeResponseSchema>;
