import { assert, assertEquals } from "@std/assert";
import { isErr } from "../../../contracts/result.ts";
import { parseServerUrl, withoutCredentials } from "./server_url.ts";

Deno.test("addresses are read in every form that people write", () => {
  const local = [{ host: "localhost", port: 4222 }];
  for (const text of ["nats://localhost:4222", "localhost:4222", "localhost", "tls://localhost/"]) {
    assertEquals(parseServerUrl(text).orThrow(), local);
  }
  assertEquals(parseServerUrl("nats://[::1]:4300").orThrow(), [{ host: "::1", port: 4300 }]);
  assertEquals(parseServerUrl("nats://u:p@a:1, b:2,").orThrow(), [
    { host: "a", port: 1 },
    { host: "b", port: 2 },
  ]);
});

Deno.test("what is no address is refused, without repeating its credentials", () => {
  for (const text of ["", " , ", "http://a", "ws://a:80", "nats://", "a:0", "a:99999", "a b"]) {
    const error = parseServerUrl(text).take();
    assert(isErr(error));
    assertEquals([text, error.error.code], [text, "bad_url"]);
  }
  const error = parseServerUrl("ws://user:secret@host:1").take();
  assert(isErr(error) && !error.error.message.includes("secret"));
});

Deno.test("credentials are left out of an address", () => {
  assertEquals(withoutCredentials("nats://u:p@a:1,tok@b:2,c"), "nats://a:1,b:2,c");
  assertEquals(withoutCredentials("tls://u:p@ss@a"), "tls://a");
});
