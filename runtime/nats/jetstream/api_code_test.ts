import { JetStreamApiError } from "@nats-io/jetstream";
import { errors } from "@nats-io/nats-core";
import { assert, assertEquals } from "@std/assert";
import { API_CODE, apiErrorKind } from "./api_code.ts";
import { apiCode, isLostRace } from "./library_api_code.ts";

function apiError(code: number): JetStreamApiError {
  return new JetStreamApiError({ code: 400, err_code: code, description: "refused" });
}

Deno.test("a lost race has two numbers, one of them for clusters", () => {
  assertEquals(apiErrorKind(10071), "lost_race");
  assertEquals(apiErrorKind(10164), "lost_race");
  assert(isLostRace(apiError(10071)));
  assert(isLostRace(apiError(10164)));
  assert(!isLostRace(apiError(10037)));
});

Deno.test("errors of the network have no number, and so match none", () => {
  for (const error of [new errors.TimeoutError(), new errors.ConnectionError("reset"), undefined]) {
    assertEquals(apiCode(error), undefined);
    assert(!isLostRace(error));
    assert(!Object.values(API_CODE).some((code) => code === apiCode(error)));
  }
});

Deno.test("an unknown number is a refusal of the request itself", () => {
  assertEquals(apiErrorKind(10999), "refused");
  assertEquals(apiErrorKind(0), "refused");
});
