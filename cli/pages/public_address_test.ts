import { assertEquals } from "@std/assert";
import { addressBehindProxy, readPublicUrl } from "./public_address.ts";

Deno.test("people reach the portal of a proxy by TLS, and at the top of its host", () => {
  const read = (text: string) => readPublicUrl(text).take();
  assertEquals(read("https://trellis.example.org"), "https://trellis.example.org");
  assertEquals(read("https://trellis.example.org:8443/"), "https://trellis.example.org:8443");
  for (
    const text of [
      "http://trellis.example.org",
      "https://trellis.example.org/portal",
      "https://ada@trellis.example.org",
      "trellis.example.org",
    ]
  ) assertEquals(readPublicUrl(text).isErr(), true, text);
});

Deno.test("the address of a guess is the one that the proxy has seen", () => {
  assertEquals(addressBehindProxy("1.1.1.1, 203.0.113.7", "127.0.0.1"), "203.0.113.7");
  assertEquals(addressBehindProxy(null, "127.0.0.1"), "127.0.0.1");
  assertEquals(addressBehindProxy(" ", "127.0.0.1"), "127.0.0.1");
});
