import type { TString } from "@sinclair/typebox";
import * as Type from "@sinclair/typebox";

/** An identifier that Trellis makes: a ULID, 26 characters of Crockford's base32. */
export const TrellisIDSchema: TString = Type.String({
  pattern: "^[0-7][0-9A-HJKMNP-TV-Z]{25}$",
  description: "ULID",
});
