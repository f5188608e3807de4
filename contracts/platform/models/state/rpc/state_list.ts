import type { Static, TArray, TObject, TOptional, TString } from "@sinclair/typebox";
import * as Type from "@sinclair/typebox";
import { PageRequestSchema, PageResponseSchema } from "../../../../schema/page.ts";
import { StateFoundSchema } from "../models/state_found.ts";
import { StateUnreadableSchema } from "../models/state_unreadable.ts";

/** Request of `State.List`, of a map only. */
export const StateListRequestSchema: TObject<
  { store: TString; prefix: TOptional<TString> } & typeof PageRequestSchema.properties
> = Type.Object({
  store: Type.String(),
  prefix: Type.Optional(
    Type.String({ description: "Whole segments: a/b has a/b/c, and not a/bc" }),
  ),
  ...PageRequestSchema.properties,
});

/** Request of `State.List`. */
export type StateListRequest = Static<typeof StateListRequestSchema>;

const PageSchema: ReturnType<typeof PageResponseSchema<typeof StateFoundSchema>> =
  PageResponseSchema(StateFoundSchema);

/**
 * Answer of `State.List` and `State.Admin.List`; a page with large values may be shorter than its limit: go on at
 * `nextOffset`.
 */
export const StateListResponseSchema: TObject<
  typeof PageSchema.properties & { unreadable: TOptional<TArray<typeof StateUnreadableSchema>> }
> = Type.Object({
  ...PageSchema.properties,
  unreadable: Type.Optional(Type.Array(StateUnreadableSchema)),
});

/** Answer of `State.List` and `State.Admin.List`. */
export type StateListResponse = Static<typeof StateListResponseSchema>;
