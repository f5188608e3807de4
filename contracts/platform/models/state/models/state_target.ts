import type { Static, TLiteral, TObject, TOptional, TString, TUnion } from "@sinclair/typebox";
import * as Type from "@sinclair/typebox";

/** Whose state a request of an admin is about; the id has the name that belongs to the scope. */
export const StateTargetSchema: TObject<{
  scope: TUnion<[TLiteral<"userApp">, TLiteral<"deviceApp">, TLiteral<"agentApp">]>;
  userId: TOptional<TString>;
  deviceId: TOptional<TString>;
  agentId: TOptional<TString>;
  contract: TString;
}> = Type.Object({
  scope: Type.Union([
    Type.Literal("userApp"),
    Type.Literal("deviceApp"),
    Type.Literal("agentApp"),
  ]),
  userId: Type.Optional(Type.String({ description: "With the scope userApp" })),
  deviceId: Type.Optional(Type.String({ description: "With the scope deviceApp" })),
  agentId: Type.Optional(Type.String({ description: "With the scope agentApp" })),
  contract: Type.String({ description: "Contract id, as acme.notes@v1" }),
});

/** Whose state a request of an admin is about; the id has the name that belongs to the scope. */
export type StateTarget = Static<typeof StateTargetSchema>;
