/** What the compiler knows of consuming events. Checked, never run. */
import { assertType, type IsExact } from "@std/testing/types";
import {
  type BodyOf,
  defineHandlers,
  err,
  type EventContext,
  GiveUp,
  type HandlerClient,
  ok,
  RetryLater,
  TrellisService,
} from "../../mod.ts";
import { depot } from "../support/groups/group_events.ts";

const rpc = { "Depot.Place": () => ok({ orderId: "1", n: 1 }) };
const packer = { self: { "Order.Placed": () => ok(), "Order.Sent": () => ok() } };

defineHandlers(depot, {
  deps: () => ({ port: 25 }),
  rpc,
  events: {
    mailer: {
      self: {
        "Order.Placed": async ({ event, client, context, deps }) => {
          assertType<IsExact<typeof event, { orderId: string; n: number }>>(true);
          assertType<IsExact<typeof client, HandlerClient<BodyOf<typeof depot>>>>(true);
          assertType<IsExact<typeof context, EventContext>>(true);
          assertType<IsExact<typeof deps, { port: number }>>(true);
          const sent = await context.once("smtp", (step) => ({ at: step.id }));
          assertType<IsExact<typeof sent, { at: string }>>(true);
          return event.n > 1 ? err(new RetryLater({ afterMs: 1000, reason: "busy" })) : ok(sent);
        },
      },
      uses: {
        billing: {
          "Invoice.Paid": ({ event }) => {
            assertType<IsExact<typeof event, { invoiceId: string; amount: number }>>(true);
            return err(new GiveUp({ reason: "never" }));
          },
        },
      },
    },
    packer,
  },
});

const paid = { billing: { "Invoice.Paid": () => ok() } };
const placed = { "Order.Placed": () => ok() };

defineHandlers(depot, {
  rpc,
  // @ts-expect-error the group packer has no handlers
  events: { mailer: { self: placed, uses: paid } },
});
defineHandlers(depot, {
  rpc,
  // @ts-expect-error Order.Sent has no handler
  events: { mailer: { self: placed, uses: paid }, packer: { self: placed } },
});
defineHandlers(depot, {
  rpc,
  // @ts-expect-error the events of billing have no handlers
  events: { mailer: { self: placed }, packer },
});
defineHandlers(depot, {
  rpc,
  events: {
    // @ts-expect-error a handler answers a result
    mailer: { self: { "Order.Placed": () => {} }, uses: paid },
    packer,
  },
});
// @ts-expect-error no handlers of events at all
defineHandlers(depot, { rpc });

/** The explicit style. */
export async function explicit(): Promise<void> {
  const service = await TrellisService.connect({ contract: depot, eventTimeoutMs: 1000 }).orThrow();
  const { mailer, packer } = service.with({ port: 25 }).handle.event;
  mailer.self.orderPlaced(({ event, deps }) => event.n > deps.port ? ok() : err(new Error("no")));
  mailer.uses.billing.invoicePaid(({ event }) => event.amount > 1 ? ok() : err("no"));
  packer.self.orderPlaced(() => ok());
  // @ts-expect-error a handler answers a result
  packer.self.orderSent(() => 5);
  // @ts-expect-error mailer consumes no Order.Sent
  mailer.self.orderSent;
  // @ts-expect-error packer uses nothing
  packer.uses.billing;
  const published = await service.event.order.placed.publish({ orderId: "1", n: 1 }).orThrow();
  assertType<IsExact<typeof published.sequence, number>>(true);
}
