import type { Static, TBoolean, TObject, TOptional, TString } from "@sinclair/typebox";
import * as Type from "@sinclair/typebox";
import { STATE_TARGET } from "../models/state_target.ts";

type DeleteMembers = {
  store: TString;
  key: TOptional<TString>;
  expectedRevision: TOptional<TString>;
};
const MEMBERS: DeleteMembers = {
  store: Type.String(),
  key: Type.Optional(Type.String()),
  expectedRevision: Type.Optional(Type.String()),
};

/** Request of `State.Delete`. */
export const StateDeleteRequestSchema: TObject<DeleteMembers> = Type.Object(MEMBERS);

/** Request of `State.Delete`. */
export type StateDeleteRequest = Static<typeof StateDeleteRequestSchema>;

/** Request of `State.Admin.Delete`. */
export const StateAdminDeleteRequestSchema: TObject<typeof STATE_TARGET & DeleteMembers> = Type
  .Object({ ...STATE_TARGET, ...MEMBERS });

/** Answer of `State.Delete`: false when there was no entry, or not of the expected revision. */
export const StateDeleteResponseSchema: TObject<{ deleted: TBoolean }> = Type.Object({
  deleted: Type.Boolean(),
});

/** Answer of `State.Delete`. */
export type StateDeleteResponse = Static<typeof StateDeleteResponseSchema>;
