import { Type } from "@sinclair/typebox";

export const PartnerEventSchema = Type.Object({
  partner: Type.Object({
    id: Type.Object({ origin: Type.String(), id: Type.String() }),
    name: Type.String(),
  }),
});
