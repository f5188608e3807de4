import type { Static, TInteger, TObject, TString } from "@sinclair/typebox";
import * as Type from "@sinclair/typebox";

/** Request of `Auth.Sessions.Disconnect`: a session of the caller's own, as it is listed; any, for admins. */
export const SessionsDisconnectRequestSchema: TObject<{ session: TString }> = Type.Object({
  session: Type.String({ pattern: "^[a-z2-7]{16}$" }),
});

/** Request of `Auth.Sessions.Disconnect`. */
export type SessionsDisconnectRequest = Static<typeof SessionsDisconnectRequestSchema>;

/** Answer of `Auth.Sessions.Disconnect`. */
export const SessionsDisconnectResponseSchema: TObject<{ closed: TInteger }> = Type.Object({
  closed: Type.Integer({ description: "Connections that were closed" }),
});

/** Answer of `Auth.Sessions.Disconnect`. */
export type SessionsDisconnectResponse = Static<typeof SessionsDisconnectResponseSchema>;
