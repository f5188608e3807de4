import type { Static, TArray, TObject, TOptional, TString } from "@sinclair/typebox";
import * as Type from "@sinclair/typebox";
import { PrincipalSchema } from "../models/principal.ts";

/** Request of `Auth.Sessions.Me`: the session is the caller's own. */
export const MeRequestSchema: TObject<Record<never, never>> = Type.Object({});

/** Request of `Auth.Sessions.Me`. */
export type MeRequest = Static<typeof MeRequestSchema>;

/** Answer of `Auth.Sessions.Me`. */
export const MeResponseSchema: TObject<{
  principal: typeof PrincipalSchema;
  session: TString;
  contract: TOptional<TObject<{ id: TString; digest: TString }>>;
  capabilities: TArray<TString>;
  createdAt: TString;
  expiresAt: TOptional<TString>;
}> = Type.Object({
  principal: PrincipalSchema,
  session: Type.String({ description: "Names it, in subjects and in logs" }),
  contract: Type.Optional(Type.Object({ id: Type.String(), digest: Type.String() })),
  capabilities: Type.Array(Type.String(), { description: "Global keys of what it holds" }),
  createdAt: Type.String(),
  expiresAt: Type.Optional(Type.String()),
});

/** Answer of `Auth.Sessions.Me`. */
export type MeResponse = Static<typeof MeResponseSchema>;
