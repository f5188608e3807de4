import { appendPointer } from "../../contracts/json/json_pointer.ts";
import { diffMap, getOwn, type Report, unionOfKeys } from "./diff_report.ts";
import type { SchemaDiff } from "./diff_schema.ts";
import type { ByKey, StateNeed } from "../needs/need_types.ts";

/** Compares what apps and devices keep. */
export function diffState(
  before: ByKey<StateNeed> | undefined,
  after: ByKey<StateNeed> | undefined,
  schemas: SchemaDiff,
  report: Report,
): void {
  diffMap(before, after, "/state", {
    added: (path, { kind, stateVersion }) =>
      report("state.added", path, { after: { kind, stateVersion } }),
    removed: (path, { kind, stateVersion }) =>
      report("state.removed", path, { before: { kind, stateVersion } }),
    changed: (path, from, to) => compare(path, from, to, schemas, report),
  });
}

function compare(
  path: string,
  from: StateNeed,
  to: StateNeed,
  schemas: SchemaDiff,
  report: Report,
): void {
  const at = (...tokens: readonly string[]) => appendPointer(path, ...tokens);
  if (from.kind !== to.kind) {
    report("state.kind.changed", at("kind"), { before: from.kind, after: to.kind });
  }
  if (from.stateVersion !== to.stateVersion) {
    const accepted = getOwn(to.acceptedVersions, from.stateVersion) !== undefined;
    const code = accepted ? "state.version.migrated" : "state.version.dropped";
    const values = { before: from.stateVersion, after: to.stateVersion };
    report(code, at("stateVersion"), values);
  }
  // Every version that stored entries may have is compared with what reads that version now.
  const old = readable(from);
  const now = readable(to);
  for (const version of unionOfKeys(old, now)) {
    const [before, after] = [getOwn(old, version), getOwn(now, version)];
    const isCurrent = version === to.stateVersion;
    const place = isCurrent ? at("schema") : at("acceptedVersions", version);
    if (before !== undefined && after !== undefined) schemas.written(place, before, after, report);
    else if (before === undefined && !isCurrent) {
      report("state.accepted.added", place, { after: version });
    } else if (after === undefined && version !== from.stateVersion) {
      report("state.accepted.removed", place, { before: version });
    }
  }
}

function readable(state: StateNeed): StateNeed["acceptedVersions"] {
  return { ...state.acceptedVersions, [state.stateVersion]: state.schema };
}
