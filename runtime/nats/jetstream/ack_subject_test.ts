import { assertEquals } from "@std/assert";
import { ackOrigin, parseAckSubject } from "./ack_subject.ts";

const ORIGIN = ackOrigin("KV_orders", "c1");
const NUMBERS = { deliveries: 1, sequence: 42, delivered: 7, writtenAt: 1764351999999, pending: 3 };

Deno.test("both forms of an acknowledgement subject are read, with or without a token", () => {
  const numbers = "1.42.7.1764351999999999999.3";
  for (
    const subject of [
      `$JS.ACK.KV_orders.c1.${numbers}`,
      `$JS.ACK.hub.ACCOUNT.KV_orders.c1.${numbers}`,
      `$JS.ACK.hub.ACCOUNT.KV_orders.c1.${numbers}.token`,
    ]
  ) assertEquals(parseAckSubject(subject, ORIGIN), NUMBERS);
});

Deno.test("subjects of other consumers, and what is no acknowledgement, are not read", () => {
  for (
    const subject of [
      undefined,
      "",
      "$JS.ACK.KV_orders.c2.1.42.7.1764351999999999999.3",
      "$JS.ACK.KV_orders.c1.1.x.7.1764351999999999999.3",
      "$JS.ACK.KV_orders.c1.1.42",
      "$JS.FC.KV_orders.c1.1.42.7.1764351999999999999.3",
    ]
  ) assertEquals(parseAckSubject(subject, ORIGIN), undefined);
});
