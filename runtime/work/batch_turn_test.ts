import { assertEquals } from "@std/assert";
import { decideTurn, mayBegin } from "./batch_turn.ts";

const state = {
  ackedSequence: 10,
  deliveredSequence: 20,
  deliveries: 40,
  unacknowledged: 3,
  waiting: 1,
};

Deno.test("a batch is ours when all that was delivered and not acknowledged is held here", () => {
  assertEquals(decideTurn([11, 14, 20], state, true), "ours");
  assertEquals(decideTurn([9, 10, 11, 14, 20], state, true), "ours");
  assertEquals(decideTurn([11, 14, 20, 22], state, true), "ours");
  assertEquals(decideTurn([], { ...state, unacknowledged: 0 }, true), "ours");
});

Deno.test("messages that another one holds are waited for, unless it asks for more of them", () => {
  assertEquals(decideTurn([14, 20], state, true), "wait");
  assertEquals(decideTurn([14, 20], { ...state, waiting: 0 }, false), "wait");
  assertEquals(decideTurn([14, 20], { ...state, waiting: 2 }, true), "yield");
  assertEquals(decideTurn([14, 20], state, false), "yield");
  // What came after the question is no part of what was counted.
  assertEquals(decideTurn([14, 20, 22], state, true), "wait");
  // As many as are missing were acknowledged by another one.
  assertEquals(decideTurn([5, 7, 9], state, true), "wait");
});

Deno.test("work begins where nobody asks for messages, and who holds some does not go on", () => {
  assertEquals(mayBegin({ ...state, waiting: 0, unacknowledged: 0 }, undefined), true);
  assertEquals(mayBegin({ ...state, waiting: 1, unacknowledged: 0 }, 40), false);
  assertEquals(mayBegin({ ...state, waiting: 0 }, undefined), false);
  assertEquals(mayBegin({ ...state, waiting: 0 }, 39), false);
  assertEquals(mayBegin({ ...state, waiting: 0 }, 40), true);
});
