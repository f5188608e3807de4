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
import { StateEntrySchema } from "../models/state_entry.ts";
import { StateFoundSchema } from "../models/state_found.ts";

/** Longest time to live, in milliseconds: a hundred years. */
const MAX_TTL_MS = 3_155_760_000_000;

/** Request of `State.Put`. */
export const StatePutRequestSchema: TObject<{
  store: TString;
  key: TOptional<TString>;
  value: TUnknown;
  expectedRevision: TOptional<TUnion<[TString, TNull]>>;
  ttlMs: TOptional<TInteger>;
}> = Type.Object({
  store: Type.String(),
  key: Type.Optional(Type.String()),
  value: Type.Unknown(),
  expectedRevision: Type.Optional(
    Type.Union([Type.String(), Type.Null()], {
      description: "A revision: only if it is the current one; null: only if there is no entry",
    }),
  ),
  ttlMs: Type.Optional(Type.Integer({ minimum: 1, maximum: MAX_TTL_MS })),
});

/** Request of `State.Put`. */
export type StatePutRequest = Static<typeof StatePutRequestSchema>;

/** Answer of `State.Put` and `State.Admin.Put`: with `applied: false` nothing was written, and `current` is what is there. */
export const StatePutResponseSchema: TUnion<[
  TObject<{ applied: TLiteral<true>; entry: typeof StateEntrySchema }>,
  TObject<{ applied: TLiteral<false>; current: TOptional<typeof StateFoundSchema> }>,
]> = Type.Union([
  Type.Object({ applied: Type.Literal(true), entry: StateEntrySchema }),
  Type.Object({ applied: Type.Literal(false), current: Type.Optional(StateFoundSchema) }),
]);

/** Answer of `State.Put` and `State.Admin.Put`. */
export type StatePutResponse = Static<typeof StatePutResponseSchema>;
