import { defineHandlers, isErr, kvFeed, ok } from "@qlever-llc/trellis";
import contract from "../contracts/plant.ts";

export default defineHandlers(contract, {
  rpc: {
    "Thing.Keep": async ({ input, client }) => {
      await client.kv.kept.put(input.key, input).orThrow();
      await client.event.thing.kept.publish(input).orThrow();
      return ok(input);
    },
    "Thing.Missing": async ({ input, client: { kv } }) => {
      const missing: string[] = [];
      for (const bucket of [kv.kept, kv.seen, kv.painted]) {
        const there = new Set(await Array.fromAsync(await bucket.keys().orThrow()));
        missing.push(...input.keys.filter((key) => !there.has(key)));
      }
      return ok({ keys: [...new Set(missing)] });
    },
    "Thing.Fetch": async ({ input, transfer }) => {
      const file = await transfer.grant(input.key, { expiresInMs: 60_000 }).orThrow();
      return ok({ file });
    },
  },
  operations: {
    "Thing.Send": async ({ input, op }) => {
      const received = await op.transfer.completed().take();
      return isErr(received) ? received : ok(input);
    },
  },
  feeds: {
    "Thing.Changes": ({ client, cursor, context }) =>
      kvFeed(client.kv.kept, { cursor, signal: context.signal, put: (key) => ({ key }) }),
  },
  events: {
    watcher: {
      self: {
        "Thing.Kept": async ({ event, client }) => {
          await client.kv.seen.put(event.key, event).orThrow();
          await client.jobs.paint.create(event).orThrow();
          return ok();
        },
      },
    },
  },
  jobs: {
    paint: async ({ payload, client }) => {
      await client.kv.painted.put(payload.key, payload).orThrow();
      return ok();
    },
  },
});
