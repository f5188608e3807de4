import { assertEquals } from "@std/assert";
import {
  decideDelivery,
  type Decision,
  type DeliveryRules,
  limitPutOff,
  tryOf,
} from "./decide_delivery.ts";
import { GiveUp, type Outcome, outcomeOf, RetryLater } from "./outcome.ts";

const RULES: DeliveryRules = {
  maxDeliver: 3,
  backoffMs: [1000, 5000],
  onDead: "continue",
  mayLeavePlace: true,
};
const IN_PLACE: DeliveryRules = { ...RULES, mayLeavePlace: false };
const HOLD: DeliveryRules = { ...IN_PLACE, onDead: "hold" };
const failed: Outcome = { kind: "failed", error: "E: no" };
const later: Outcome = { kind: "later", afterMs: 70, reason: "busy" };
const expired = (hold = false) =>
  ({
    kind: "dead",
    reason: "expired",
    error: "it was put off for too long, the last time because: busy",
    hold,
  }) as const;
const crash = "no worker has survived, or was heard of, in 3 tries";

Deno.test("what becomes of a delivery", () => {
  const rows: readonly (readonly [Outcome | undefined, number, DeliveryRules, Decision])[] = [
    [undefined, 1, RULES, { kind: "run" }],
    [undefined, 3, RULES, { kind: "run" }],
    [undefined, 4, RULES, { kind: "dead", reason: "crashed", error: crash, hold: false }],
    [undefined, 4, HOLD, { kind: "dead", reason: "crashed", error: crash, hold: true }],
    [{ kind: "done" }, 1, RULES, { kind: "done" }],
    [{ kind: "done" }, 9, HOLD, { kind: "done" }],
    [failed, 1, RULES, { kind: "park", afterMs: 1000, attempt: 2 }],
    [failed, 2, RULES, { kind: "park", afterMs: 5000, attempt: 3 }],
    [failed, 1, IN_PLACE, { kind: "wait", afterMs: 1000, isFree: false }],
    [failed, 2, IN_PLACE, { kind: "wait", afterMs: 5000, isFree: false }],
    [failed, 3, RULES, { kind: "dead", reason: "failed", error: "E: no", hold: false }],
    [failed, 3, HOLD, { kind: "dead", reason: "failed", error: "E: no", hold: true }],
    // The last pause is used again, and none at all is no pause.
    [failed, 8, { ...IN_PLACE, maxDeliver: 9 }, { kind: "wait", afterMs: 5000, isFree: false }],
    [failed, 1, { ...IN_PLACE, backoffMs: [] }, { kind: "wait", afterMs: 0, isFree: false }],
    // It costs no try, not even the last one.
    [later, 3, RULES, { kind: "park", afterMs: 70, attempt: 3, atLast: expired() }],
    [later, 3, HOLD, { kind: "wait", afterMs: 70, isFree: true, atLast: expired(true) }],
    [{ kind: "given_back" }, 3, RULES, { kind: "wait", afterMs: 0, isFree: true }],
    [{ kind: "gave_up", reason: "never" }, 1, RULES, {
      kind: "dead",
      reason: "gave_up",
      error: "never",
      hold: false,
    }],
    [{ kind: "invalid", reason: "/id is not there" }, 1, HOLD, {
      kind: "dead",
      reason: "invalid",
      error: "/id is not there",
      hold: true,
    }],
  ];
  for (const [outcome, tries, rules, expected] of rows) {
    const decision = decideDelivery(outcome, tries, rules, 0.5);
    assertEquals(decision, expected, `${JSON.stringify(outcome)} in try ${tries}`);
  }
});

Deno.test("what its handler puts off comes again within its time, and is given up after it", () => {
  const task = { kind: "park", afterMs: 70, attempt: 3, atLast: expired() } as const;
  assertEquals(limitPutOff(task, 100), task);
  assertEquals(limitPutOff(task, 30), { ...task, afterMs: 30 });
  assertEquals(limitPutOff(task, 0), expired());
  const counted = { kind: "wait", afterMs: 70, isFree: false } as const;
  assertEquals(limitPutOff(counted, 0), counted);
});

Deno.test("pauses are spread over a fifth more and less", () => {
  const [short, long] = [0, 1].map((random) => decideDelivery(failed, 1, IN_PLACE, random));
  assertEquals([short, long], [
    { kind: "wait", afterMs: 800, isFree: false },
    { kind: "wait", afterMs: 1200, isFree: false },
  ]);
});

Deno.test("tries are counted over parks, deliveries and those that cost none", () => {
  assertEquals(tryOf({ attempt: 1, deliveries: 1, forgiven: 0 }), 1);
  assertEquals(tryOf({ attempt: 3, deliveries: 1, forgiven: 0 }), 3);
  assertEquals(tryOf({ attempt: 2, deliveries: 3, forgiven: 1 }), 3);
  assertEquals(tryOf({ attempt: 1, deliveries: 1, forgiven: 5 }), 1);
});

Deno.test("errors of handlers say what is to become of the delivery", () => {
  assertEquals(outcomeOf(new RetryLater({ afterMs: 5, reason: "busy" })), {
    kind: "later",
    afterMs: 5,
    reason: "busy",
  });
  assertEquals(outcomeOf(new GiveUp({ reason: "never" })), { kind: "gave_up", reason: "never" });
  assertEquals(outcomeOf(new TypeError("x")), { kind: "failed", error: "TypeError: x" });
  assertEquals(outcomeOf("y"), { kind: "failed", error: "y" });
});
