import type { Counts } from "./traffic.ts";

/** What is not shown of what happens; undefined when everything is. */
export function missingText(
  { requests, leftOut, missedEvents, refused }: Counts,
): string | undefined {
  const parts = [
    leftOut > 0 ? `${whole(leftOut)} of ${whole(requests)} requests a second are not shown` : "",
    missedEvents > 0 ? `${whole(missedEvents)} events a second are not shown` : "",
    refused > 0 ? `${whole(refused)} reports a second are dropped: they are not valid` : "",
  ];
  const text = parts.filter((part) => part !== "").join("; ");
  return text === "" ? undefined : text;
}

function whole(number: number): string {
  return String(Math.ceil(number));
}
