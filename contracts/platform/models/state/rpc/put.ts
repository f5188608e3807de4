import type {
  Static,
  TInteger,
  TLiteral,
  TNull,
  TObject,
  TOptional,
  TString,
  TUnion,
  TUnknown,
} from "@sinclair/typebox";
import * as Type from "@sinclair/typebox";
import { StateEntrySchema, StateFoundSchema } from "../models/state_entry.ts";
import { STATE_TARGET } from "../models/state_target.ts";

/** Longest time to live, in milliseconds: a hundred years. */
export const MAX_STATE_TTL_MS = 3_155_760_000_000;

type PutMembers = {
  store: TString;
  key: TOptional<TString>;
  value: TUnknown;
  expectedRevision: TOptional<TUnion<[TString, TNull]>>;
  ttlMs: TOptional<TInteger>;
};
const MEMBERS: PutMembers = {
  store: Type.String(),
  key: Type.Optional(Type.String()),
  value: Type.Unknown(),
  expectedRevision: Type.Optional(
    Type.Union([Type.String(), Type.Null()], {
      description: "A revision: only if it is the current one; null: only if there is no entry",
    }),
  ),
  ttlMs: Type.Optional(Type.Integer({ minimum: 1, maximum: MAX_STATE_TTL_MS })),
};

/** Request of `State.Put`. */
export const StatePutRequestSchema: TObject<PutMembers> = Type.Object(MEMBERS);

/** Request of `State.Put`. */
export type StatePutRequest = Static<typeof StatePutRequestSchema>;

/** Request of `State.Admin.Put`. */
export const StateAdminPutRequestSchema: TObject<typeof STATE_TARGET & PutMembers> = Type.Object({
  ...STATE_TARGET,
  ...MEMBERS,
});

/** Answer of `State.Put`: with `applied: false` nothing was written, and `current` is what is there. */
export const StatePutResponseSchema: TUnion<[
  TObject<{ applied: TLiteral<true>; entry: typeof StateEntrySchema }>,
  TObject<{ applied: TLiteral<false>; current: TOptional<typeof StateFoundSchema> }>,
]> = Type.Union([
  Type.Object({ applied: Type.Literal(true), entry: StateEntrySchema }),
  Type.Object({ applied: Type.Literal(false), current: Type.Optional(StateFoundSchema) }),
]);

/** Answer of `State.Put`. */
export type StatePutResponse = Static<typeof StatePutResponseSchema>;
