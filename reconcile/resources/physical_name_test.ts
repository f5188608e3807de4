import { assert, assertEquals, assertMatch, assertNotEquals } from "@std/assert";
import type { Owner } from "./owner.ts";
import { physicalNames, snakeCase } from "./physical_name.ts";

function owner(deployment: string, alias: string, contract = "orders-service@v1"): Owner {
  return { deployment, contract, alias, kind: "kv" };
}

Deno.test("snakeCase writes every alias as lower-case words", () => {
  for (const alias of ["jobCache", "job-cache", "job.cache", "job_cache", "_job__cache-"]) {
    assertEquals(snakeCase(alias), "job_cache");
  }
  assertEquals(snakeCase("v2Cache"), "v2_cache");
});

Deno.test("the plain name comes first and the distinct one is the same with a hash", () => {
  const [plain, distinct] = physicalNames(owner("billing", "jobCache"));
  assertEquals(plain, "svc_billing_job_cache");
  assertMatch(distinct, /^svc_billing_job_cache_[a-z0-9]{8}$/);
});

Deno.test("owners that meet in the plain name have distinct second names", () => {
  const [plainA, a] = physicalNames(owner("a-b", "c"));
  const [plainB, b] = physicalNames(owner("a", "b_c"));
  assertEquals(plainA, plainB);
  assertNotEquals(a, b);
  const [, otherLineage] = physicalNames(owner("a-b", "c", "other@v1"));
  assertNotEquals(a, otherLineage);
});

Deno.test("a name that would be too long is cut and stays distinct", () => {
  const long = "x".repeat(90);
  const [first, second] = physicalNames(owner("deployment-with-a-name", `${long}a`));
  assertEquals(first, second);
  assert(first.length <= 100);
  assertNotEquals(first, physicalNames(owner("deployment-with-a-name", `${long}b`))[0]);
});

Deno.test("names are stable: a second process finds the same", () => {
  assertEquals(physicalNames(owner("a", "b")), physicalNames(owner("a", "b")));
});
