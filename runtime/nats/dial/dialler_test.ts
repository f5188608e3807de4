import { assertEquals, assertStringIncludes } from "@std/assert";
import { type Dial, Diallers } from "./dialler.ts";

const dial: Dial = () => Promise.reject(new Error("nothing is dialled here"));

Deno.test("a server is reached over what its address says, and all over the same", () => {
  const diallers = new Diallers();
  const servers = ["nats://one:4222", "wss://two", "three"];
  const before = diallers.routeTo(servers);
  assertEquals(before.isErr() && before.error.code, "trellis.server.unsupported");
  diallers.set("websocket", dial);
  const closed = diallers.routeTo(["nats://ada:secret@one:4222"]);
  assertEquals(closed.isErr() && closed.error.message.includes("secret"), false);
  assertStringIncludes(closed.isErr() ? closed.error.hint : "", "@qlever-llc/trellis/node");
  assertEquals(diallers.routeTo(servers).orThrow().servers, ["wss://two"]);
  diallers.set("tcp", dial);
  assertEquals(diallers.routeTo(servers).orThrow().servers, ["nats://one:4222", "three"]);
  assertEquals(diallers.routeTo([]).isErr(), true);
  const needsTls = (...servers: string[]) => diallers.routeTo(servers).orThrow().needsTls;
  assertEquals([needsTls("one", "nats://two"), needsTls("one", "TLS://two")], [false, true]);
  const several = diallers.routeTo(["nats://one:4222, two", "three,"]).orThrow().servers;
  assertEquals(several, ["nats://one:4222", "two", "three"]);
  assertEquals(diallers.routeTo(["ws://localhost:80"]).orThrow().servers, ["ws://localhost:80"]);
});
