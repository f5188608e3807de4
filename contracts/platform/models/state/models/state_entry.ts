import type {
  Static,
  TLiteral,
  TObject,
  TOptional,
  TString,
  TUnion,
  TUnknown,
} from "@sinclair/typebox";
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

/** An entry of an older version that the contract accepts: the client changes its value and writes it back. */
export const StateMigrationSchema: TObject<{
  migrationRequired: TLiteral<true>;
  entry: typeof StateEntrySchema;
  stateVersion: TString;
  currentStateVersion: TString;
  writerContractDigest: TString;
}> = Type.Object({
  migrationRequired: Type.Literal(true),
  entry: StateEntrySchema,
  stateVersion: Type.String(),
  currentStateVersion: Type.String(),
  writerContractDigest: Type.String(),
});

/** An entry of an older version that the contract accepts. */
export type StateMigration = Static<typeof StateMigrationSchema>;

/** What a key holds, of one version or another. */
export const StateFoundSchema: TUnion<[typeof StateMigrationSchema, typeof StateEntrySchema]> = Type
  .Union([StateMigrationSchema, StateEntrySchema]);

/** What a key holds, of one version or another. */
export type StateFound = Static<typeof StateFoundSchema>;
