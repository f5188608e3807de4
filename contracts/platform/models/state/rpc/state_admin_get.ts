import type { Static, TObject } from "@sinclair/typebox";
import * as Type from "@sinclair/typebox";
import { StateTargetSchema } from "../models/state_target.ts";
import { StateGetRequestSchema } from "./state_get.ts";

/** Request of `State.Admin.Get`. */
export const StateAdminGetRequestSchema: TObject<
  typeof StateTargetSchema.properties & typeof StateGetRequestSchema.properties
> = Type.Object({ ...StateTargetSchema.properties, ...StateGetRequestSchema.properties });

/** Request of `State.Admin.Get`. */
export type StateAdminGetRequest = Static<typeof StateAdminGetRequestSchema>;
