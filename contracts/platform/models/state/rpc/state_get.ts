import type { Static, TLiteral, TObject, TOptional, TString, TUnion } from "@sinclair/typebox";
import * as Type from "@sinclair/typebox";
import { StateEntrySchema } from "../models/state_entry.ts";
import { StateMigrationSchema } from "../models/state_migration.ts";

/** Request of `State.Get`; a map needs a key. */
export const StateGetRequestSchema: TObject<{ store: TString; key: TOptional<TString> }> = Type
  .Object({ store: Type.String(), key: Type.Optional(Type.String()) });

/** Request of `State.Get`. */
export type StateGetRequest = Static<typeof StateGetRequestSchema>;

/** Answer of `State.Get` and `State.Admin.Get`. */
export const StateGetResponseSchema: TUnion<[
  typeof StateMigrationSchema,
  TObject<{ found: TLiteral<true>; entry: typeof StateEntrySchema }>,
  TObject<{ found: TLiteral<false> }>,
]> = Type.Union([
  StateMigrationSchema,
  Type.Object({ found: Type.Literal(true), entry: StateEntrySchema }),
  Type.Object({ found: Type.Literal(false) }),
]);

/** Answer of `State.Get` and `State.Admin.Get`. */
export type StateGetResponse = Static<typeof StateGetResponseSchema>;
