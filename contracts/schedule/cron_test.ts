import { assertEquals } from "@std/assert";
import { lastTick, nextTick } from "./cron.ts";

Deno.test("the last time of a schedule is the one at this second, or the one before", () => {
  const cron = "0 */2 * * * *";
  const last = (now: string) => lastTick({ cron }, new Date(now))?.toISOString();
  assertEquals(last("2026-11-30T00:02:00.000Z"), "2026-11-30T00:02:00.000Z");
  assertEquals(last("2026-11-30T00:02:00.900Z"), "2026-11-30T00:02:00.000Z");
  assertEquals(last("2026-11-30T00:01:59.999Z"), "2026-11-30T00:00:00.000Z");
  const next = nextTick({ cron }, new Date("2026-11-30T00:02:00.000Z"));
  assertEquals(next?.toISOString(), "2026-11-30T00:04:00.000Z");
});

Deno.test("a schedule follows the clock of its time zone through both changes of a year", () => {
  const schedule = { cron: "0 0 3 * * *", timeZone: "Europe/Berlin" };
  const last = (now: string) => lastTick(schedule, new Date(now))?.toISOString();
  assertEquals(last("2026-03-28T12:00:00Z"), "2026-03-28T02:00:00.000Z");
  assertEquals(last("2026-03-29T12:00:00Z"), "2026-03-29T01:00:00.000Z");
  assertEquals(last("2026-10-25T12:00:00Z"), "2026-10-25T02:00:00.000Z");
});

Deno.test("a time that the clock skips is one that was missed, and one that it repeats is the same", () => {
  const schedule = { cron: "0 30 2 * * *", timeZone: "Europe/Berlin" };
  const last = (now: string) => lastTick(schedule, new Date(now))?.toISOString();
  // NATS creates nothing on this day; what is to be made up for is at three, when the hour is over.
  assertEquals(last("2027-03-28T00:59:59Z"), "2027-03-27T01:30:00.000Z");
  assertEquals(last("2027-03-28T02:00:00Z"), "2027-03-28T01:00:00.000Z");
  // NATS creates a job at both half past two: the second one is of the time of the first.
  assertEquals(last("2027-10-31T00:30:00Z"), "2027-10-31T00:30:00.000Z");
  assertEquals(last("2027-10-31T01:30:00Z"), "2027-10-31T00:30:00.000Z");
});
