import { assertEquals } from "@std/assert";
import { wasDelivered } from "./was_delivered.ts";

const held = (deliveredSequence: number) => ({
  filters: ["jobs.T.job.held.C"],
  deliveredSequence,
});
const lane = (lane: number, deliveredSequence: number) => ({
  filters: [`jobs.T.job.q.run.0.${lane}.*`],
  deliveredSequence,
});
const message = { subject: "jobs.T.job.q.run.0.3.a", sequence: 10 };

Deno.test("only the consumer that lets a job through says whether a worker has it", () => {
  assertEquals(wasDelivered(message, [lane(2, 99), lane(3, 9)]), false);
  assertEquals(wasDelivered(message, [lane(2, 0), lane(3, 10)]), true);
});

Deno.test("while a queue moves, a job that a held consumer may have given out does not count as waiting", () => {
  assertEquals(wasDelivered(message, [lane(3, 0), held(10)]), true);
  assertEquals(wasDelivered(message, [held(9), held(4)]), false);
});

Deno.test("where no consumer takes a job it is not known whether a worker has it", () => {
  assertEquals(wasDelivered(message, [lane(2, 99)]), undefined);
  assertEquals(wasDelivered(message, []), undefined);
});
