import { assert, assertEquals } from "@std/assert";
import type { JobRecord, JobState } from "../../contracts/stored/job_record.ts";
import { claimText, decideClaim } from "./decide_claim.ts";

const record = (state: JobState, claim?: string): JobRecord => ({
  id: "j",
  state,
  attempt: 1,
  createdAt: "",
  updatedAt: "",
  ...(claim === undefined ? {} : { claim }),
});

Deno.test("a job is taken over by whoever was given it later, and by nobody who was before", () => {
  const delivery = { sequence: 5, deliveries: 2 };
  const decide = (state: JobState, claim?: string) => decideClaim(record(state, claim), delivery);
  for (const claim of [undefined, "5.1", "5.2", "4.9"]) {
    assertEquals(decide("running", claim), "claim");
    assertEquals(decide("cancelling", claim), "cancel");
  }
  for (const claim of ["5.3", "6.1"]) {
    assertEquals(decide("running", claim), "taken");
    assertEquals(decide("cancelling", claim), "taken");
  }
  const [one, other] = [claimText(delivery), claimText(delivery)];
  assert(one.startsWith("5.2.") && other.startsWith("5.2.") && one !== other);
});

Deno.test("what is over is not begun, and what waits or was given up may be", () => {
  const decide = (state: JobState) =>
    decideClaim(record(state, "9.9"), { sequence: 1, deliveries: 1 });
  assertEquals(["done", "cancelled"].map((state) => decide(state as JobState)), ["ended", "ended"]);
  assertEquals(decide("dead"), "claim");
  assertEquals(decide("scheduled"), "claim");
});
