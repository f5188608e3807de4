import { type Static, Type } from "@sinclair/typebox";
import { PageRequestSchema, PageResponseSchema } from "@qlever-llc/trellis";

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

export const NewOrder = Type.Pick(Order, ["customerId", "items"]);
export const OrderRef = Type.Pick(Order, ["orderId"]);
export const OrderStatus = Type.Pick(Order, ["orderId", "status"]);
export const OrderQuery = PageRequestSchema;
export const OrderPage = PageResponseSchema(Order);
