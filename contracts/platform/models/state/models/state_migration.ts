import type { Static, TLiteral, TObject, TString } from "@sinclair/typebox";
import * as Type from "@sinclair/typebox";
import { StateEntrySchema } from "./state_entry.ts";

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
