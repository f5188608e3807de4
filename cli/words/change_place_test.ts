import { assertEquals } from "@std/assert";
import { placeText } from "./change_place.ts";

const PLACES: readonly (readonly [pointer: string, text: string])[] = [
  ["/contract", "contract"],
  ["/contracts/b@v1/selections/rpc.call:B.Get", "uses b@v1 selections rpc.call:B.Get"],
  ["/capabilities/orders::read/consequence", "capability orders::read consequence"],
  ["/resources/kv/orders", "kv orders"],
  ["/resources/kv/orders/history", "kv orders history"],
  ["/resources/kv/orders/schema", "kv orders value"],
  ["/resources/kv/orders/schema/properties/sku", "kv orders value.sku"],
  ["/resources/kv/orders/schema/properties/a b~1c", 'kv orders value["a b/c"]'],
  ["/resources/kv/orders/schema/items/properties/properties", "kv orders value[].properties"],
  ["/resources/kv/orders/schema/items/1/minimum", "kv orders value[1] minimum"],
  ["/resources/kv/orders/schema/anyOf/0/properties/a", "kv orders value.a"],
  ["/resources/kv/orders/schema/additionalProperties/type", "kv orders value.*"],
  ["/resources/kv/orders/schema/patternProperties/^a/type", "kv orders value.*"],
  ["/resources/kv/orders/schema/required", "kv orders value"],
  ["/resources/store/uploads/ttlMs", "store uploads ttlMs"],
  ["/surfaces/rpc.v1.Orders.Get", "rpc Orders.Get"],
  ["/surfaces/rpc.v2.Orders.Get", "rpc Orders.Get v2"],
  ["/surfaces/rpc.v1.Orders.Get/schemas/output/properties/a", "rpc Orders.Get output.a"],
  ["/surfaces/rpc.v1.Orders.Get/errors/Gone", "rpc Orders.Get error Gone"],
  ["/surfaces/rpc.v1.Orders.Get/errorData/Gone/properties/a", "rpc Orders.Get error Gone.a"],
  ["/surfaces/rpc.v1.A/capabilities/call/a::b", "rpc A call capability a::b"],
  ["/surfaces/operations.v1.A/signals/pause/properties/a", "operation A signal pause.a"],
  ["/surfaces/operations.v1.A/cancel", "operation A cancel"],
  ["/surfaces/operations.v1.A/transfer", "operation A transfer"],
  ["/surfaces/operations.v1.A/transfer/maxBytes", "operation A transfer maxBytes"],
  ["/surfaces/events.v1.A.Done.{~1id}/schemas/event", "event A.Done event"],
  ["/surfaces/feeds.v1.A/schemas/event/properties/x", "feed A event.x"],
  ["/state/s/acceptedVersions/v1/properties/a", "state s value of v1.a"],
  ["/jobs/mail/payload/properties/to", "job mail payload.to"],
  ["/jobs/mail/settings/concurrency", "job mail concurrency"],
  ["/consumers/c/events/self:A.Done", "consumer c self:A.Done"],
];

for (const [pointer, text] of PLACES) {
  Deno.test(`${pointer} is ${text}`, () =>
    assertEquals(placeText({ code: "schema.widened", path: pointer }), text));
}
