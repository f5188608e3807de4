import type {
  Static,
  TArray,
  TBoolean,
  TInteger,
  TObject,
  TOptional,
  TString,
} from "@sinclair/typebox";
import * as Type from "@sinclair/typebox";
import { OpenSessionSchema } from "../models/open_session.ts";
import { PrincipalSchema } from "../models/principal.ts";

/**
 * Request of `Auth.Sessions.List`: sessions of the caller's own, and of agents that act for them. What else is given
 * leaves out the others.
 */
export const SessionsListRequestSchema: TObject<{
  everybody: TOptional<TBoolean>;
  principals: TOptional<TArray<typeof PrincipalSchema>>;
  sessions: TOptional<TArray<TString>>;
  after: TOptional<TObject<{ session: TString; createdAt: TString }>>;
}> = Type.Object({
  everybody: Type.Optional(Type.Boolean({ description: "Those of all; for admins" })),
  principals: Type.Optional(
    Type.Array(PrincipalSchema, { maxItems: 100, description: "Only those of one of these" }),
  ),
  sessions: Type.Optional(
    Type.Array(Type.String({ pattern: "^[a-z2-7]{16}$" }), {
      maxItems: 500,
      description: "Only these",
    }),
  ),
  after: Type.Optional(
    Type.Object({ session: Type.String(), createdAt: Type.String() }, {
      description: "Only what follows this one, the last of another answer",
    }),
  ),
});

/** Request of `Auth.Sessions.List`. */
export type SessionsListRequest = Static<typeof SessionsListRequestSchema>;

/** Answer of `Auth.Sessions.List`: the newest 500 of those that are meant, and how many these are. */
export const SessionsListResponseSchema: TObject<{
  sessions: TArray<typeof OpenSessionSchema>;
  count: TInteger;
}> = Type.Object({
  sessions: Type.Array(OpenSessionSchema),
  count: Type.Integer(),
});

/** Answer of `Auth.Sessions.List`. */
export type SessionsListResponse = Static<typeof SessionsListResponseSchema>;
