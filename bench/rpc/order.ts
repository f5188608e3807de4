import type { Order } from "../../examples/orders/schemas.ts";

/** The order that travels in every call: 315 bytes of JSON. */
export const ORDER: Order = {
  orderId: "01JZ8Q4W6T5V3N2M1K0H9G8F7E",
  customerId: "customer-000042",
  status: "pending",
  items: [
    { productId: "book-the-art-of-measuring", quantity: 2 },
    { productId: "pencil-hb-box-of-twelve", quantity: 1 },
    { productId: "notebook-a5-dotted", quantity: 3 },
    { productId: "eraser-white", quantity: 1 },
  ],
  createdAt: "2026-01-02T03:04:05.678Z",
};
