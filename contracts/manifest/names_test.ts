import { assert, assertEquals, assertFalse } from "@std/assert";
import {
  contractMajor,
  contractName,
  globalCapability,
  isAlias,
  isContractId,
  isDeploymentName,
  isSurfaceName,
  isVersion,
  MAX_NAME_LENGTH,
  surfaceSubject,
} from "./names.ts";

function accepts(
  check: (value: string) => boolean,
  good: readonly string[],
  bad: readonly string[],
): void {
  for (const value of good) assert(check(value), value);
  for (const value of [...bad, "", " ", "a b", "a\n", "a.", ".a", "*", ">", "ä", "__proto__"]) {
    assertFalse(check(value), JSON.stringify(value));
  }
}

Deno.test("contract ids are lower case with a version", () => {
  accepts(isContractId, ["graph@v1", "acme.notes@v12", "orders-service@v0", "a1.b2-c3@v1"], [
    "graph",
    "graph@1",
    "graph@v",
    "graph@v01",
    "graph@v1.2",
    "Graph@v1",
    "a--b@v1",
    "a..b@v1",
    "-a@v1",
    "1a@v1",
    "a_b@v1",
    "a@v1@v2",
    "a@v1\n",
    "a@v1234567",
  ]);
  assertFalse(isContractId(`${"a".repeat(MAX_NAME_LENGTH)}@v1`));
  assertEquals([contractName("acme.notes@v12"), contractMajor("acme.notes@v12")], [
    "acme.notes",
    12,
  ]);
});

Deno.test("deployment names are contract names", () => {
  accepts(isDeploymentName, ["orders-service", "acme.notes"], [
    "orders@v1",
    "Orders",
    "a_b",
    "a/b",
  ]);
});

Deno.test("surface names are subject-safe", () => {
  accepts(isSurfaceName, ["Ping", "Orders.Create", "Documents.Files.Upload", "a.b1"], [
    "Orders..Create",
    "Orders.1",
    "Orders-Create",
    "Orders.*",
    "Orders.>",
    "Orders/Create",
    "$SYS",
  ]);
  assertFalse(isSurfaceName("a".repeat(MAX_NAME_LENGTH + 1)));
});

Deno.test("aliases are identifiers or hyphenated words", () => {
  accepts(isAlias, ["orders", "jobCache", "job_cache", "job-cache", "A1"], [
    "constructor",
    "_a",
    "1a",
    "a.b",
    "a/b",
  ]);
});

Deno.test("versions are v and a number", () => {
  accepts(isVersion, ["v0", "v1", "v12"], ["1", "v", "v01", "v1.0", "V1", "v-1", "v1e3"]);
});

Deno.test("subjects and capabilities are put together from names", () => {
  assertEquals(surfaceSubject("rpc", "v1", "Orders.Create"), "rpc.v1.Orders.Create");
  assertEquals(
    surfaceSubject("events", "v2", "Partner.Changed", ["/p/origin", "/p/id"]),
    "events.v2.Partner.Changed.{/p/origin}.{/p/id}",
  );
  assertEquals(globalCapability("acme.notes@v3", "notes.read"), "acme.notes::notes.read");
});
