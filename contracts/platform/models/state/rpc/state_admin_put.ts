import type { Static, TObject } from "@sinclair/typebox";
import * as Type from "@sinclair/typebox";
import { StateTargetSchema } from "../models/state_target.ts";
import { StatePutRequestSchema } from "./state_put.ts";

/** Request of `State.Admin.Put`. */
export const StateAdminPutRequestSchema: TObject<
  typeof StateTargetSchema.properties & typeof StatePutRequestSchema.properties
> = Type.Object({ ...StateTargetSchema.properties, ...StatePutRequestSchema.properties });

/** Request of `State.Admin.Put`. */
export type StateAdminPutRequest = Static<typeof StateAdminPutRequestSchema>;
