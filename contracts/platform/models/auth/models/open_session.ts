import type { Static, TArray, TBoolean, TObject, TOptional, TString } from "@sinclair/typebox";
import * as Type from "@sinclair/typebox";
import { PrincipalSchema } from "./principal.ts";

/** A session that may come in, or waits for activation, and its connections. */
export const OpenSessionSchema: TObject<{
  session: TString;
  principal: typeof PrincipalSchema;
  isCurrent: TBoolean;
  contract: TOptional<TObject<{ id: TString; digest: TString }>>;
  actsFor: TOptional<TString>;
  pending: TOptional<TBoolean>;
  createdAt: TString;
  expiresAt: TOptional<TString>;
  connections: TArray<TObject<{ client: TString; host: TString; since: TString }>>;
}> = Type.Object({
  session: Type.String({ description: "Names it, in subjects and in logs" }),
  principal: PrincipalSchema,
  isCurrent: Type.Boolean({ description: "The session that asks" }),
  contract: Type.Optional(Type.Object({ id: Type.String(), digest: Type.String() })),
  actsFor: Type.Optional(Type.String({ description: "Id of the user for whom an agent acts" })),
  pending: Type.Optional(Type.Boolean({ description: "Waits for activation" })),
  createdAt: Type.String(),
  expiresAt: Type.Optional(Type.String()),
  connections: Type.Array(
    Type.Object({ client: Type.String(), host: Type.String(), since: Type.String() }),
    { description: "What is open at this moment" },
  ),
});

/** A session that may come in, or waits for activation, and its connections. */
export type OpenSession = Static<typeof OpenSessionSchema>;
