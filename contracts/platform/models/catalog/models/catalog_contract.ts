import type { Static, TObject, TString } from "@sinclair/typebox";
import * as Type from "@sinclair/typebox";

/** One contract of the catalogue. */
export const CatalogContractSchema: TObject<{
  id: TString;
  digest: TString;
  displayName: TString;
  description: TString;
  deployment: TString;
}> = Type.Object({
  id: Type.String(),
  digest: Type.String(),
  displayName: Type.String(),
  description: Type.String(),
  deployment: Type.String(),
});

/** One contract of the catalogue. */
export type CatalogContract = Static<typeof CatalogContractSchema>;
