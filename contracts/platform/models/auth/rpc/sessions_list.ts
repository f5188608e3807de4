import type { Static, TArray, TBoolean, TInteger, TObject, TOptional } from "@sinclair/typebox";
import * as Type from "@sinclair/typebox";
import { OpenSessionSchema } from "../models/open_session.ts";

/** Request of `Auth.Sessions.List`: sessions of the caller's own, and of agents that act for them. */
export const SessionsListRequestSchema: TObject<{ everybody: TOptional<TBoolean> }> = Type.Object({
  everybody: Type.Optional(Type.Boolean({ description: "Those of all; for admins" })),
});

/** Request of `Auth.Sessions.List`. */
export type SessionsListRequest = Static<typeof SessionsListRequestSchema>;

/** Answer of `Auth.Sessions.List`: the newest 500, and how many there are. */
export const SessionsListResponseSchema: TObject<{
  sessions: TArray<typeof OpenSessionSchema>;
  count: TInteger;
}> = Type.Object({
  sessions: Type.Array(OpenSessionSchema),
  count: Type.Integer(),
});

/** Answer of `Auth.Sessions.List`. */
export type SessionsListResponse = Static<typeof SessionsListResponseSchema>;
