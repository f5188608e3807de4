/**
 * An instance of the tally that says, on a subject that a test listens to, when it begins and ends each event.
 * It is called by its last argument, and stops when its input ends.
 */
import { connect } from "@nats-io/transport-deno";
import { defineHandlers, err, ok, TrellisService } from "../../../mod.ts";
import { tally } from "./tally.ts";

const [trellisUrl = "", deployment = "", name = ""] = Deno.args;
const connection = await connect({ servers: trellisUrl });
// What was said is with the server before anything follows from it.
const say = async (what: string, key: string, n: number) => {
  connection.publish(`said.${deployment}`, JSON.stringify({ name, what, key, n }));
  await connection.flush();
};
const service = await TrellisService.connect({ contract: tally, trellisUrl, deployment }).orThrow();
await service.serve(defineHandlers(tally, {
  events: {
    counter: {
      self: {
        "Thing.Counted": async ({ event: { key, n }, context: { attempt } }) => {
          await say("begin", key, n);
          await new Promise((resolve) => setTimeout(resolve, Math.random() * 50));
          const isAgain = n % 10 === 3 && attempt === 1;
          await say(isAgain ? "fail" : "end", key, n);
          return isAgain ? err(new Error("again")) : ok();
        },
      },
    },
  },
}));
for await (const _ of Deno.stdin.readable);
await service.stop({ deadlineMs: 2000 });
await connection.close();
