import type {
  Static,
  TArray,
  TInteger,
  TLiteral,
  TObject,
  TOptional,
  TString,
  TUnion,
} from "@sinclair/typebox";
import * as Type from "@sinclair/typebox";
import { PageRequestSchema, PageResponseSchema } from "../../../../schema/page.ts";
import { StateFoundSchema } from "../models/state_entry.ts";
import { STATE_TARGET } from "../models/state_target.ts";

type ListMembers = {
  store: TString;
  prefix: TOptional<TString>;
  offset: TOptional<TInteger>;
  limit: TInteger;
};
const MEMBERS: ListMembers = {
  store: Type.String(),
  prefix: Type.Optional(
    Type.String({ description: "Whole segments: a/b has a/b/c, and not a/bc" }),
  ),
  ...PageRequestSchema.properties,
};

/** Request of `State.List`, of a map only. */
export const StateListRequestSchema: TObject<ListMembers> = Type.Object(MEMBERS);

/** Request of `State.List`. */
export type StateListRequest = Static<typeof StateListRequestSchema>;

/** Request of `State.Admin.List`. */
export const StateAdminListRequestSchema: TObject<typeof STATE_TARGET & ListMembers> = Type.Object({
  ...STATE_TARGET,
  ...MEMBERS,
});

/** An entry that takes its place in a page although the contract cannot read it. */
export const StateUnreadableSchema: TObject<{
  key: TString;
  reason: TUnion<
    [
      TLiteral<"version_unknown">,
      TLiteral<"unstamped">,
      TLiteral<"invalid_value">,
      TLiteral<"malformed">,
    ]
  >;
  stateVersion: TOptional<TString>;
}> = Type.Object({
  key: Type.String(),
  reason: Type.Union([
    Type.Literal("version_unknown"),
    Type.Literal("unstamped"),
    Type.Literal("invalid_value"),
    // Told to admins; anybody else's call fails.
    Type.Literal("malformed"),
  ]),
  stateVersion: Type.Optional(Type.String()),
});

/** An entry that takes its place in a page although the contract cannot read it. */
export type StateUnreadable = Static<typeof StateUnreadableSchema>;

const PageSchema = PageResponseSchema(StateFoundSchema);

/** Answer of `State.List`; a page with large values may be shorter than its limit: go on at `nextOffset`. */
export const StateListResponseSchema: TObject<
  typeof PageSchema.properties & { unreadable: TOptional<TArray<typeof StateUnreadableSchema>> }
> = Type.Object({
  ...PageSchema.properties,
  unreadable: Type.Optional(Type.Array(StateUnreadableSchema)),
});

/** Answer of `State.List`. */
export type StateListResponse = Static<typeof StateListResponseSchema>;
