import { assertEquals, assertThrows } from "@std/assert";
import { packageJson } from "./package_json.ts";

const configuration = {
  name: "@acme/thing",
  version: "1.2.3",
  license: "MIT",
  exports: { "./client": "./client.ts", "./sdk/auth": "./contracts/auth_sdk.ts" },
  imports: { "@a/b": "npm:@a/b@1.0.0", "c": "npm:c@2.0.0-rc.1", "d": "jsr:d@^1" },
};

Deno.test("a package depends on what it imports, in the versions of deno.json", () => {
  const written = packageJson(configuration, ["./x.ts", "node:fs", "c/sub.js", "@a/b/x", "@a/b"]);
  assertEquals(Reflect.get(written, "dependencies"), { "@a/b": "1.0.0", "c": "2.0.0-rc.1" });
  const exported = Reflect.get(written, "exports");
  assertEquals(exported["./sdk/auth"], {
    types: "./contracts/auth_sdk.d.ts",
    default: "./contracts/auth_sdk.js",
  });
  assertThrows(() => packageJson(configuration, ["d"]), Error, "d is no package of npm");
});
