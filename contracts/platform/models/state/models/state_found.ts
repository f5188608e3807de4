import type { Static, TUnion } from "@sinclair/typebox";
import * as Type from "@sinclair/typebox";
import { StateEntrySchema } from "./state_entry.ts";
import { StateMigrationSchema } from "./state_migration.ts";

/** What a key holds, of one version or another. */
export const StateFoundSchema: TUnion<[typeof StateMigrationSchema, typeof StateEntrySchema]> = Type
  .Union([StateMigrationSchema, StateEntrySchema]);

/** What a key holds, of one version or another. */
export type StateFound = Static<typeof StateFoundSchema>;
