import { assertEquals } from "@std/assert";
import { inDomain, isDomain, outOfDomain, splitDomain, withDomain } from "./js_domain.ts";

Deno.test("what is asked of JetStream, and values, name the domain; all else is the same everywhere", () => {
  const rows = [
    ["$JS.API.STREAM.INFO.KV_a", "$JS.hub.API.STREAM.INFO.KV_a"],
    ["$KV.a.key", "$JS.hub.API.$KV.a.key"],
    ["$JS.ACK.KV_a.c.1.2.3.4.5", "$JS.ACK.KV_a.c.1.2.3.4.5"],
    ["$O.a.C.x", "$O.a.C.x"],
    ["events.v1.Order.Placed", "events.v1.Order.Placed"],
  ] as const;
  for (const [subject, said] of rows) {
    assertEquals(inDomain(subject, "hub"), said);
    assertEquals(outOfDomain(said, "hub"), subject);
  }
});

Deno.test("an address names a domain, and all of several do", () => {
  assertEquals(splitDomain("nats://a:4222?domain=hub"), {
    address: "nats://a:4222",
    domain: "hub",
  });
  assertEquals(splitDomain("nats://a:4222"), { address: "nats://a:4222", domain: undefined });
  assertEquals(
    withDomain("nats://a,nats://b?domain=x", "hub"),
    "nats://a?domain=hub,nats://b?domain=hub",
  );
  assertEquals(["hub", "", "a.b", "a*", "a b"].map(isDomain), [true, false, false, false, false]);
});
