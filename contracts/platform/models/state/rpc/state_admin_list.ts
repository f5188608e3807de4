import type { Static, TObject } from "@sinclair/typebox";
import * as Type from "@sinclair/typebox";
import { StateTargetSchema } from "../models/state_target.ts";
import { StateListRequestSchema } from "./state_list.ts";

/** Request of `State.Admin.List`. */
export const StateAdminListRequestSchema: TObject<
  typeof StateTargetSchema.properties & typeof StateListRequestSchema.properties
> = Type.Object({ ...StateTargetSchema.properties, ...StateListRequestSchema.properties });

/** Request of `State.Admin.List`. */
export type StateAdminListRequest = Static<typeof StateAdminListRequestSchema>;
