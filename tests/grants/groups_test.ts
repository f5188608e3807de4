import { assertEquals } from "@std/assert";
import { Type } from "@sinclair/typebox";
import { defineHandlers, defineServiceContract, err, ok, UnexpectedError } from "../../mod.ts";
import { SecuredTrellis } from "../support/platform/secured_trellis.ts";
import { until } from "../support/until.ts";

const Sent = Type.Object({ id: Type.String() });

const post = defineServiceContract({ schemas: { Sent } }, (ref) => ({
  id: "post@v1",
  displayName: "Post",
  description: "Sends letters.",
  events: { "Letter.Sent": { version: "v1", event: ref.schema("Sent"), params: ["/id"] } },
  eventConsumers: {
    strict: { self: ["Letter.Sent"], backoffMs: [20] },
    keyed: { self: ["Letter.Sent"], ordering: "key", backoffMs: [20] },
    held: { self: ["Letter.Sent"], onDead: "hold", maxDeliver: 1, ackWaitMs: 1000 },
    many: { self: ["Letter.Sent"], concurrency: 4, backoffMs: [20], maxDeliver: 2 },
  },
}));

Deno.test("on a secured server a group of each kind may do all that it does: handle, try again, park, give up, hold", async () => {
  await using trellis = await SecuredTrellis.start();
  const seen: string[] = [];
  const note = (group: string, failing: number) => ({
    self: {
      "Letter.Sent": (
        { event, context }: { event: { id: string }; context: { attempt: number } },
      ) => {
        seen.push(`${group} ${event.id} ${context.attempt}`);
        const fails = event.id === "bad" && context.attempt <= failing;
        return fails ? err(new UnexpectedError({ message: "not yet" })) : ok();
      },
    },
  });
  const service = await trellis.deploy(post);
  await service.serve(defineHandlers(post, {
    events: {
      strict: note("strict", 1),
      keyed: note("keyed", 1),
      held: note("held", 9),
      many: note("many", 9),
    },
  }));
  for (const id of ["good", "bad", "last"]) {
    await service.event.letter.sent.publish({ id }).orThrow();
  }
  const dead = async () => {
    const { connection } = trellis.messaging;
    const answer = await connection.request("$JS.API.STREAM.INFO.trellis_dead_post");
    return answer.json<{ state: { messages: number } }>().state.messages;
  };
  await until(async () => await dead() === 2, "two are given up");
  await until(() => seen.length === 14, "all were tried, but for what is held up");
  await trellis.messaging.connection.request("$JS.API.STREAM.PURGE.trellis_dead_post");
  await until(() => seen.length === 15, "what was held goes on when its letter is gone");
  assertEquals(seen.toSorted(), [
    "held bad 1",
    "held good 1",
    "held last 1",
    "keyed bad 1",
    "keyed bad 2",
    "keyed good 1",
    "keyed last 1",
    "many bad 1",
    "many bad 2",
    "many good 1",
    "many last 1",
    "strict bad 1",
    "strict bad 2",
    "strict good 1",
    "strict last 1",
  ]);
  assertEquals(trellis.failures, []);
});
