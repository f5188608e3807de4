import { type Static, Type } from "@sinclair/typebox";

/** What version `v1` of the preferences had. */
export const PreferencesV1 = Type.Object({ theme: Type.String() });

/** What somebody has chosen. */
export const Preferences = Type.Object({
  theme: Type.String(),
  compact: Type.Boolean(),
  // Added later: entries without it fit as before, so the version stayed the same.
  fontSize: Type.Optional(Type.Integer()),
});
/** What somebody has chosen. */
export type Preferences = Static<typeof Preferences>;

/** A note. */
export const Draft = Type.Object({ title: Type.String(), text: Type.Optional(Type.String()) });
/** A note. */
export type Draft = Static<typeof Draft>;
