import type { Static, TObject, TString } from "@sinclair/typebox";
import * as Type from "@sinclair/typebox";

/** Somebody who calls, or about whom is asked. */
export const PrincipalSchema: TObject<{ kind: TString; id: TString }> = Type.Object({
  kind: Type.String({ description: "service, user, device, agent or admin" }),
  id: Type.String(),
});

/** Somebody who calls, or about whom is asked. */
export type Principal = Static<typeof PrincipalSchema>;
