import type { Static, TObject, TOptional, TString, TUnknown } from "@sinclair/typebox";
import * as Type from "@sinclair/typebox";

/** An entry of the contract's current version. */
export const StateEntrySchema: TObject<{
  key: TOptional<TString>;
  value: TUnknown;
  revision: TString;
  updatedAt: TString;
  expiresAt: TOptional<TString>;
}> = Type.Object({
  key: Type.Optional(Type.String({ description: "Missing in a value store" })),
  value: Type.Unknown(),
  revision: Type.String({ description: "Opaque; another one after each write" }),
  updatedAt: Type.String(),
  expiresAt: Type.Optional(Type.String()),
});

/** An entry of the contract's current version. */
export type StateEntry = Static<typeof StateEntrySchema>;
