import { assert, assertEquals } from "@std/assert";
import { type TSchema, Type } from "@sinclair/typebox";
import { defineServiceContract } from "../../contracts/define/define.ts";
import { checkPrepared, type EventSurface, eventSurface, prepareEvent } from "./prepare_event.ts";

const Moved = (id: TSchema) =>
  Type.Object({
    order: Type.Object({ id, lines: Type.Optional(Type.Array(Type.String())) }),
    shop: Type.Optional(Type.String()),
  });
const contract = defineServiceContract({
  schemas: {
    Moved: Moved(Type.Union([Type.String(), Type.Number()])),
    Text: Type.String(),
  },
}, (ref) => ({
  id: "moves@v1",
  displayName: "Moves",
  description: "Moves.",
  events: {
    "Order.Moved": { version: "v2", event: ref.schema("Moved"), params: ["/order/id", "/shop"] },
    "Order.Noted": { version: "v1", event: ref.schema("Text") },
  },
}));
const moved = surface("Order.Moved");
const noted = surface("Order.Noted");
const metadata = { id: "01ARZ3NDEKTSV4RRFFQ69G5FAV", time: "2030-01-02T03:04:05.678Z" };

function surface(name: string): EventSurface {
  // The manifest of another tool may allow more than a contract does.
  const Loose = Moved(Type.Union([Type.String(), Type.Number(), Type.Boolean(), Type.Null()]));
  const schemas = { ...contract.manifest.schemas, Moved: JSON.parse(JSON.stringify(Loose)) };
  const found = eventSurface({ ...contract.manifest, schemas }, name);
  if (found === undefined) throw new Error(name);
  return found;
}

/** The subject, or the paths of what is wrong. */
function subject(body: unknown): string | readonly string[] {
  const prepared = prepareEvent(moved, body, metadata);
  return prepared.isErr()
    ? prepared.error.issues.map(({ path }) => path)
    : prepared.orThrow().subject;
}

Deno.test("an event that is not declared has no surface", () => {
  assertEquals(eventSurface(contract.manifest, "Order.Lost"), undefined);
});

Deno.test("the subject is the event's own, then one token for each param", () => {
  const at = (id: unknown, shop = "s") => subject({ order: { id }, shop });
  assertEquals(at("o-1"), "events.v2.Order.Moved.o-1.s");
  assertEquals(at("a.b", ">"), "events.v2.Order.Moved._YS5i._Pg");
  assertEquals(at(42), "events.v2.Order.Moved.42.s");
  assertEquals(at(1.5), "events.v2.Order.Moved._MS41.s");
  assertEquals(at(true), "events.v2.Order.Moved.true.s");
  assertEquals(
    prepareEvent(noted, "x", metadata).orThrow().subject,
    "events.v1.Order.Noted",
  );
});

Deno.test("a param that cannot be a token is a validation error at its place", () => {
  assertEquals(subject({ order: { id: "o-1" } }), ["/shop"]);
  assertEquals(subject({ order: { id: null } }), ["/order/id", "/shop"]);
  assertEquals(subject({ order: { id: NaN }, shop: "s" }), ["/order/id"]);
  assertEquals(subject({ order: { id: "\ud800" }, shop: "s" }), ["/order/id"]);
  assertEquals(subject({ order: { id: "x".repeat(300) }, shop: "s" }), ["/order/id"]);
});

Deno.test("a body that does not fit is a validation error that names the event", () => {
  const prepared = prepareEvent(moved, { order: {} }, metadata);
  assert(prepared.isErr());
  assert(prepared.error.message.startsWith("the body of Order.Moved does not fit its schema"));
  assertEquals(prepared.error.issues[0]?.path, "/order/id");
});

Deno.test("the body is the JSON of what was given, and nothing is added to it", () => {
  const body = { order: { id: "1", lines: ["a"] }, shop: "s", more: [1] };
  const prepared = prepareEvent(moved, body, metadata).orThrow();
  assertEquals(prepared.body, JSON.stringify(body));
  assertEquals(prepared.metadata, metadata);
  assertEquals(JSON.parse(JSON.stringify(prepared)), prepared);
});

Deno.test("an event that was kept is checked before it is published", () => {
  const prepared = prepareEvent(moved, { order: { id: "1" }, shop: "s" }, metadata).orThrow();
  assertEquals(checkPrepared(moved, JSON.parse(JSON.stringify(prepared))).orThrow(), prepared);
  const wrong = [
    { ...prepared, subject: "events.v2.Order.Moved.2.s" },
    { ...prepared, body: "{" },
    { ...prepared, body: '{"order":{"id":"1"},"shop":"s","n":9007199254740993}' },
    { ...prepared, body: '{"order":{"id":"1"},"shop":"t","shop":"s"}' },
    { ...prepared, body: '{"order":{"id":"2"},"shop":"s"}' },
    { ...prepared, metadata: { ...metadata, id: "01ARZ3NDEKTSV4RRFFQ69G5FA" } },
    { ...prepared, metadata: { ...metadata, id: `${metadata.id}\r\nX: y` } },
    { ...prepared, metadata: { ...metadata, time: "yesterday" } },
    { ...prepared, metadata: { ...metadata, time: `${metadata.time}\r\nX: y` } },
  ];
  for (const event of wrong) assert(checkPrepared(moved, event).isErr(), JSON.stringify(event));
  assert(checkPrepared(noted, prepared).isErr());
});
