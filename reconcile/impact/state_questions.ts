import type { Change } from "../changes/change.ts";
import { changePlace } from "../changes/change_place.ts";
import type { StateQuestion } from "../changes/impact.ts";
import { getOwn } from "../diff/diff_report.ts";
import { readableVersions } from "../diff/state_versions.ts";
import type { Needs, StateNeed } from "../needs/need_types.ts";
import type { StateTarget } from "./bucket_scanner.ts";

/** A question about the entries of a state store. */
export interface StateInquiry {
  readonly target: StateTarget;
  readonly question: StateQuestion;
}

/**
 * What has to be asked of stored entries about a change of a state store; undefined where there is
 * nothing to ask. Entries of what is taken away belong to the contract before.
 */
export function stateInquiry(
  change: Change,
  before: Needs | undefined,
  after: Needs,
): StateInquiry | undefined {
  const { section, name: store } = changePlace(change);
  if (section !== "state") return undefined;
  const isGone = change.code === "state.removed" || change.code === "state.kind.changed";
  const needs = isGone ? before : after;
  const need = getOwn(needs?.state, store);
  if (needs === undefined || need === undefined) return undefined;
  const question = questionOf(change, getOwn(before?.state, store), need);
  const { contract } = needs;
  return question && { target: { kind: "state", contract, store, form: need.kind }, question };
}

function questionOf(
  change: Change,
  before: StateNeed | undefined,
  need: StateNeed,
): StateQuestion | undefined {
  const { part: [member, version = ""] } = changePlace(change);
  switch (change.code) {
    case "state.removed":
    case "state.kind.changed":
      return { kind: "entries" };
    case "state.version.dropped":
      return before && { kind: "unaccepted", version: before.stateVersion };
    case "state.accepted.removed":
      return { kind: "unaccepted", version };
    case "state.version.migrated":
      return { kind: "outdated", versions: Object.keys(need.acceptedVersions) };
  }
  if (change.severity === "safe") return undefined;
  const concerned = member === "schema" ? need.stateVersion : version;
  const schema = getOwn(readableVersions(need), concerned);
  return schema === undefined ? undefined : { kind: "misfits", version: concerned, schema };
}
