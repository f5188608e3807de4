import { defineHandlers, isErr, ok } from "@qlever-llc/trellis";
import contract from "../contracts/greeter.ts";

export default defineHandlers(contract, {
  rpc: {
    "Greeter.Hello": async ({ input, client }) => {
      const before = await client.kv.greeted.get(input.name).take();
      const times = isErr(before) ? 1 : before.value.times + 1;
      const greeting = { text: `Hello ${input.name}`, times };
      await client.kv.greeted.put(input.name, greeting).orThrow();
      return ok(greeting);
    },
  },
});
