import type { Static, TBoolean, TObject, TOptional, TString } from "@sinclair/typebox";
import * as Type from "@sinclair/typebox";

/** Request of `State.Delete`. */
export const StateDeleteRequestSchema: TObject<{
  store: TString;
  key: TOptional<TString>;
  expectedRevision: TOptional<TString>;
}> = Type.Object({
  store: Type.String(),
  key: Type.Optional(Type.String()),
  expectedRevision: Type.Optional(Type.String()),
});

/** Request of `State.Delete`. */
export type StateDeleteRequest = Static<typeof StateDeleteRequestSchema>;

/** Answer of `State.Delete` and `State.Admin.Delete`: false when there was no entry, or not of the expected revision. */
export const StateDeleteResponseSchema: TObject<{ deleted: TBoolean }> = Type.Object({
  deleted: Type.Boolean(),
});

/** Answer of `State.Delete` and `State.Admin.Delete`. */
export type StateDeleteResponse = Static<typeof StateDeleteResponseSchema>;
