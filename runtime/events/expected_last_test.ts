import { assertEquals, assertThrows } from "@std/assert";
import { Type } from "@sinclair/typebox";
import { defineServiceContract } from "../../contracts/define/define.ts";
import { type EventExpectation, expectedLast } from "./expected_last.ts";
import { eventSurface } from "./prepare_event.ts";

const Line = Type.Object({ orderId: Type.String(), line: Type.String() });
const { manifest } = defineServiceContract({ schemas: { Line } }, (ref) => {
  const event = ref.schema("Line");
  return {
    id: "shop@v1",
    displayName: "Shop",
    description: "Sells.",
    events: {
      "Order.Placed": { version: "v1", event, params: ["/orderId"] },
      "Order.Line.Added": { version: "v2", event, params: ["/orderId", "/line"] },
      "Counted": { version: "v1", event, params: ["/line"] },
      "Opened": { version: "v1", event },
    },
  };
});

function expected(name: string, subject: string, expectation: EventExpectation): string {
  const { subjects, sequence } = expectedLast(eventSurface(manifest, name)!, subject, expectation);
  return `${sequence} of ${subjects}`;
}

Deno.test("the events of an entity are those of its name up to the last dot with its params", () => {
  assertEquals(
    expected("Order.Placed", "events.v1.Order.Placed.o-1", { last: 0 }),
    "0 of events.*.Order.*.o-1",
  );
  const added = "events.v2.Order.Line.Added.o-1.7";
  assertEquals(
    expected("Order.Line.Added", added, { last: 9 }),
    "9 of events.*.Order.Line.*.o-1.*",
  );
  assertEquals(
    expected("Order.Line.Added", added, { last: 9, of: ["/line", "/orderId"] }),
    "9 of events.*.Order.Line.*.o-1.7",
  );
  assertEquals(expected("Counted", "events.v1.Counted.7", { last: 1 }), "1 of events.*.Counted.7");
});

Deno.test("an expectation that no event can meet is a mistake of the program", () => {
  const placed = "events.v1.Order.Placed.o-1";
  for (const last of [-1, 1.5, NaN]) {
    assertThrows(() => expected("Order.Placed", placed, { last }), RangeError, "a sequence is");
  }
  for (const  of of[["/line"], []]) {
    assertThrows(
      () => expected("Order.Placed", placed, { last: 1, of }),
      TypeError,
      "has no param",
    );
  }
  assertThrows(
    () => expected("Opened", "events.v1.Opened", { last: 1 }),
    TypeError,
    "has no param",
  );
});
