import { defineHandlers, isErr, ok } from "@qlever-llc/trellis";
import { ulid } from "ulid";
import contract from "../contracts/movements.ts";

export default defineHandlers(contract, {
  rpc: {
    "Movement.Make": async ({ input, client }) => {
      const movement = { ...input, movementId: ulid() };
      await client.transact((tx) => {
        tx.kv.movements.create(movement.movementId, movement);
        tx.event.movement.made(movement);
      }).orThrow();
      return ok({ movementId: movement.movementId });
    },

    "Balance.Get": async ({ input, client }) => {
      const balance = await client.kv.balances.get(input.accountId).take();
      if (!isErr(balance)) return ok(balance.value);
      if (balance.error.reason === "not_found") return ok({ sum: 0, movements: 0 });
      throw balance.error;
    },

    "Notice.List": async ({ input, client }) => {
      const page = await client.kv.notices
        .list({ filter: `${input.accountId}.*`, limit: 100 }).orThrow();
      return ok({ texts: page.entries.flatMap((e) => e.kind === "put" ? [e.value.text] : []) });
    },
  },

  projections: {
    balances: {
      "Movement.Made": (balance, { amount }) => ({
        sum: (balance?.sum ?? 0) + amount,
        movements: (balance?.movements ?? 0) + 1,
      }),
    },
  },

  events: {
    notices: {
      self: {
        "Movement.Made": async ({ event, client, context }) => {
          const { accountId, amount } = event;
          // The id of the event as the key: handled twice, it is one notice.
          const notice = { accountId, text: `${amount} moved` };
          await client.kv.notices.put(`${accountId}.${context.id}`, notice).orThrow();
          return ok();
        },
      },
      uses: {
        accounts: {
          "Account.Changed": async ({ event, client, context }) => {
            const notice = { accountId: event.accountId, text: `welcome, ${event.owner}` };
            await client.kv.notices.put(`${event.accountId}.${context.id}`, notice).orThrow();
            return ok();
          },
        },
      },
    },
  },
});
