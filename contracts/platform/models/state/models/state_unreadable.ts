import type { Static, TLiteral, TObject, TOptional, TString, TUnion } from "@sinclair/typebox";
import * as Type from "@sinclair/typebox";

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
