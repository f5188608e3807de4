import { assert, assertEquals } from "@std/assert";
import { readPageOrigin } from "./page_origin.ts";

Deno.test("an origin is what browsers send, exactly", () => {
  const good = [
    "https://app.example.com",
    "https://app.example.com:8443",
    "http://localhost:5173",
    "http://127.0.0.1:8000",
    "http://[::1]:8000",
  ];
  for (const origin of good) assertEquals(readPageOrigin(origin).take(), origin);
  assertEquals(readPageOrigin("https://app.example.com/").take(), good[0]);
});

Deno.test("what matches more pages than meant, or none, is no origin", () => {
  const bad = [
    "*",
    "null",
    "",
    "app.example.com",
    "https://*.example.com",
    "https://app.example.com/orders",
    "https://app.example.com?x",
    "https://user@app.example.com",
    "http://app.example.com",
    "ws://127.0.0.1:8000",
    "file:///home/ada/app.html",
    "https://APP.example.com",
    'https://a.example", "https://b.example',
  ];
  for (const text of bad) assert(readPageOrigin(text).isErr(), text);
});
