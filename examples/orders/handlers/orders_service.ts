import { defineHandlers, err, isErr, normalizePageQuery, ok } from "@qlever-llc/trellis";
import { monotonicFactory } from "ulid";
import contract, { OrderNotFoundError, OrderNotPendingError } from "../contracts/orders_service.ts";

const newId = monotonicFactory();

export default defineHandlers(contract, {
  rpc: {
    "Orders.Create": async ({ input, client }) => {
      const orderId = newId();
      const status = "pending";
      const createdAt = new Date().toISOString();
      await client.kv.orders.create(orderId, { ...input, orderId, status, createdAt }).orThrow();
      return ok({ orderId, status });
    },

    "Orders.Get": async ({ input, client }) => {
      const entry = await client.kv.orders.get(input.orderId).take();
      if (!isErr(entry)) return ok(entry.value);
      if (entry.error.reason === "not_found") return err(new OrderNotFoundError(input));
      throw entry.error;
    },

    "Orders.List": async ({ input, client }) => {
      const page = await client.kv.orders.list(normalizePageQuery(input, 100)).orThrow();
      // What does not fit the schema is listed as an entry of kind "invalid".
      const entries = page.entries.flatMap((entry) => entry.kind === "put" ? [entry.value] : []);
      return ok({ ...page, entries });
    },

    "Orders.Ship": async ({ input, client }) => {
      const { orderId } = input;
      const entry = await client.kv.orders.get(orderId).take();
      if (isErr(entry)) {
        if (entry.error.reason === "not_found") return err(new OrderNotFoundError({ orderId }));
        throw entry.error;
      }
      const { value: order, revision } = entry;
      if (order.status !== "pending") {
        return err(new OrderNotPendingError({ orderId, status: order.status }));
      }
      const status = "shipped";
      const written = await client.kv.orders
        .put(orderId, { ...order, status }, { expectedRevision: revision }).take();
      if (!isErr(written)) return ok({ orderId, status });
      // Somebody else moved it meanwhile: it is not pending any more.
      if (written.error.reason === "revision_mismatch") {
        return err(new OrderNotPendingError({ orderId, status }));
      }
      throw written.error;
    },
  },
});
