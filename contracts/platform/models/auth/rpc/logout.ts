import type { Static, TObject } from "@sinclair/typebox";
import * as Type from "@sinclair/typebox";

/** Request of `Auth.Sessions.Logout`: the session is the caller's own. */
export const LogoutRequestSchema: TObject<Record<never, never>> = Type.Object({});

/** Request of `Auth.Sessions.Logout`. */
export type LogoutRequest = Static<typeof LogoutRequestSchema>;

/** Answer of `Auth.Sessions.Logout`. */
export const LogoutResponseSchema: TObject<Record<never, never>> = Type.Object({});

/** Answer of `Auth.Sessions.Logout`. */
export type LogoutResponse = Static<typeof LogoutResponseSchema>;
