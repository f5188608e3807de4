/** What the compiler knows of publishing events. Checked, never run. */
import { assertType, type IsExact } from "@std/testing/types";
import {
  type AsyncResult,
  type BodyOf,
  defineHandlers,
  type EventClient,
  type EventMetadata,
  isErr,
  ok,
  type PublishedEvent,
  type TransportError,
  TrellisClient,
  TrellisService,
  type ValidationError,
} from "../../mod.ts";
import { shop } from "../support/order_events.ts";
import type { ordersRpc } from "../support/orders_rpc.ts";

type Shop = EventClient<BodyOf<typeof shop>>;

/** Own events, and those that `uses` selects to publish or to subscribe to them. */
export function paths(): void {
  assertType<IsExact<keyof Shop, "opened" | "order" | "board">>(true);
  assertType<IsExact<keyof Shop["order"], "placed">>(true);
  assertType<IsExact<keyof Shop["board"], "notesAdded" | "cleared">>(true);
  assertType<IsExact<keyof EventClient<BodyOf<typeof ordersRpc>>, never>>(true);
}

/** Bodies and results. */
export function results(): void {
  type Publish = Shop["order"]["placed"]["publish"];
  assertType<IsExact<Parameters<Publish>[0], { order: { id: string }; total: number }>>(true);
  assertType<
    IsExact<ReturnType<Publish>, AsyncResult<PublishedEvent, TransportError | ValidationError>>
  >(true);
  assertType<IsExact<EventMetadata, { readonly id: string; readonly time: string }>>(true);
  assertType<IsExact<Parameters<Shop["board"]["notesAdded"]["publish"]>[0], { text: string }>>(
    true,
  );
}

defineHandlers(shop, {
  rpc: {
    "Shop.Place": async ({ input, client, context }) => {
      const { traceparent } = context;
      await client.event.order.placed.publish(input, { traceparent, timeoutMs: 100 });
      // @ts-expect-error the event has a total
      await client.event.order.placed.publish({ order: input.order });
      // @ts-expect-error the total is a number
      client.event.order.placed.prepare({ order: input.order, total: "3" });
      // @ts-expect-error the contract declares no Order.Shipped
      client.event.order.shipped;
      // @ts-expect-error Board.Cleared is used to subscribe, not to publish
      client.event.board.cleared?.publish;
      // @ts-expect-error Board.Notes.Added is used to publish, not to subscribe
      client.event.board.notesAdded.subscribe;
      // @ts-expect-error Opened has no group
      client.event.opened.opened;
      // @ts-expect-error a prepared event is made with prepare
      await client.event.opened.publishPrepared({ text: "a" });
      const published = await client.event.opened.publish({ text: "a" }).take();
      // @ts-expect-error not before the error case is handled
      published.id;
      return ok({ text: isErr(published) ? published.error.message : published.id });
    },
  },
});

/** Services publish as their handlers do; clients do not. */
export async function services(): Promise<void> {
  const service = await TrellisService.connect({ contract: shop }).orThrow();
  assertType<IsExact<typeof service.event, Shop>>(true);
  await service.event.order.placed.publish({ order: { id: "1" }, total: 1 }).orThrow();
  const client = await TrellisClient.connect({ contract: shop }).orThrow();
  // @ts-expect-error clients publish no events
  client.event.board.notesAdded;
  // @ts-expect-error the use is optional
  client.event.board.cleared.subscribe;
  const cleared = await client.event.board.cleared?.subscribe().orThrow();
  for await (const { event } of cleared ?? []) assertType<IsExact<typeof event.text, string>>(true);
  const placed = service.event.order.placed.subscribe({ params: { "/order/id": "1" } });
  for await (const { event, id, params } of await placed.orThrow()) {
    assertType<IsExact<typeof event, { order: { id: string }; total: number }>>(true);
    assertType<IsExact<typeof id | typeof params["/order/id"], string>>(true);
  }
  // @ts-expect-error the event has no such param
  service.event.order.placed.subscribe({ params: { "/total": 1 } });
}
