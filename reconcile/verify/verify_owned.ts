import type { OwnedStream } from "../resources/owned_streams.ts";
import type { Replayed } from "./replay.ts";
import type { Find } from "./verify_report.ts";

/** Checks streams that say that they are a deployment's: only what was accepted is ever made. */
export function verifyOwned(
  owned: readonly OwnedStream[],
  { accepted }: Pick<Replayed, "accepted">,
  find: Find,
): void {
  if (accepted === undefined) return;
  for (const { stream, owner } of owned) {
    if (owner === undefined) continue;
    const { kind, alias } = owner;
    if (accepted.some(({ needs }) => Object.hasOwn(needs.resources[kind], alias))) continue;
    const message = `it is there as ${kind}/${alias}, which by the history was never accepted`;
    find("bucket.unknown", `stream ${stream}`, message);
  }
}

/** Streams of a deployment without a record: the record is gone. */
export function verifyUnrecorded(owned: readonly OwnedStream[], find: Find): void {
  for (const { stream, deployment } of owned) {
    find("bucket.unknown", `stream ${stream}`, `it belongs to ${deployment}, which has no record`);
  }
}
