import type { Static, TObject } from "@sinclair/typebox";
import * as Type from "@sinclair/typebox";
import { StateTargetSchema } from "../models/state_target.ts";
import { StateDeleteRequestSchema } from "./state_delete.ts";

/** Request of `State.Admin.Delete`. */
export const StateAdminDeleteRequestSchema: TObject<
  typeof StateTargetSchema.properties & typeof StateDeleteRequestSchema.properties
> = Type.Object({ ...StateTargetSchema.properties, ...StateDeleteRequestSchema.properties });

/** Request of `State.Admin.Delete`. */
export type StateAdminDeleteRequest = Static<typeof StateAdminDeleteRequestSchema>;
