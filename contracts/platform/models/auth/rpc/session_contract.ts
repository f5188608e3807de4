import type { Static, TObject, TOptional, TString } from "@sinclair/typebox";
import * as Type from "@sinclair/typebox";

/** Request of `Auth.Sessions.Contract`: the name of a session, as callers have it. */
export const SessionContractRequestSchema: TObject<{ session: TString }> = Type.Object({
  session: Type.String({ pattern: "^[a-z2-7]{16}$" }),
});

/** Request of `Auth.Sessions.Contract`. */
export type SessionContractRequest = Static<typeof SessionContractRequestSchema>;

/** Answer of `Auth.Sessions.Contract`: no contract for those who run none, and for who is not known. */
export const SessionContractResponseSchema: TObject<{
  contract: TOptional<TObject<{ id: TString; digest: TString }>>;
}> = Type.Object({
  contract: Type.Optional(Type.Object({ id: Type.String(), digest: Type.String() })),
});

/** Answer of `Auth.Sessions.Contract`. */
export type SessionContractResponse = Static<typeof SessionContractResponseSchema>;
