import type { Static, TLiteral, TObject, TOptional, TString, TUnion } from "@sinclair/typebox";
import * as Type from "@sinclair/typebox";
import { StateEntrySchema, StateMigrationSchema } from "../models/state_entry.ts";
import { STATE_TARGET } from "../models/state_target.ts";

type GetMembers = { store: TString; key: TOptional<TString> };
const MEMBERS: GetMembers = { store: Type.String(), key: Type.Optional(Type.String()) };

/** Request of `State.Get`; a map needs a key. */
export const StateGetRequestSchema: TObject<GetMembers> = Type.Object(MEMBERS);

/** Request of `State.Get`. */
export type StateGetRequest = Static<typeof StateGetRequestSchema>;

/** Request of `State.Admin.Get`. */
export const StateAdminGetRequestSchema: TObject<typeof STATE_TARGET & GetMembers> = Type.Object({
  ...STATE_TARGET,
  ...MEMBERS,
});

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

/** Answer of `State.Get`. */
export type StateGetResponse = Static<typeof StateGetResponseSchema>;
