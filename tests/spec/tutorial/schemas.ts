/** The tutorial's schemas, as they are printed there. */
import { type Static, Type } from "@sinclair/typebox";

export const Order = Type.Object({
  orderId: Type.String(),
  customerId: Type.String(),
  status: Type.Union([
    Type.Literal("pending"),
    Type.Literal("shipped"),
    Type.Literal("failed"),
  ]),
  items: Type.Array(Type.Object({
    productId: Type.String(),
    quantity: Type.Number({ minimum: 1 }),
  })),
  createdAt: Type.String({ format: "date-time" }),
});
export type Order = Static<typeof Order>;

export const OrderId = Type.Object({ orderId: Type.String() });
