import { assertEquals, assertStringIncludes } from "@std/assert";
import { type Dial, routeTo, setDialler } from "./dialler.ts";

const dial: Dial = () => Promise.reject(new Error("nothing is dialled here"));

Deno.test("a server is reached over what its address says, and all over the same", () => {
  const servers = ["nats://one:4222", "wss://two", "three"];
  const before = routeTo(servers);
  assertEquals(before.isErr() && before.error.code, "trellis.server.unsupported");
  setDialler("websocket", dial);
  const closed = routeTo(["nats://ada:secret@one:4222"]);
  assertEquals(closed.isErr() && closed.error.message.includes("secret"), false);
  assertStringIncludes(closed.isErr() ? closed.error.hint : "", "@qlever-llc/trellis/node");
  assertEquals(routeTo(servers).orThrow().servers, ["wss://two"]);
  setDialler("tcp", dial);
  const mixed = routeTo(servers);
  assertStringIncludes(
    mixed.isErr() ? mixed.error.message : "",
    "over WebSocket and cannot over TCP",
  );
  assertEquals(routeTo([]).isErr(), true);
  assertEquals(routeTo(["ws://localhost:80"]).orThrow().servers, ["ws://localhost:80"]);
});
