import { assertEquals, assertStringIncludes } from "@std/assert";
import { wayOutText } from "./way_out.ts";

Deno.test("a payload of jobs that takes less can be migrated, other values as the catalogue says", () => {
  const entry = { wayOut: "Make it optional." };
  const code = "schema.required.added";
  const payload = wayOutText({ code, path: "/jobs/mail/payload/required/1" }, entry);
  for (const member of ["payloadVersion", "acceptedVersions", "migrate"]) {
    assertStringIncludes(payload, member);
  }
  const others = ["/jobs/mail/result", "/resources/kv/mail/schema", "/surfaces/rpc.v1.A/schemas/x"];
  for (const path of others) assertEquals(wayOutText({ code, path }, entry), entry.wayOut);
});
