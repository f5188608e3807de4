import { appendPointer } from "../../contracts/json/json_pointer.ts";
import { changeEntry } from "../changes/catalogue.ts";
import type { ByKey, Needs, StateNeed } from "../needs/need_types.ts";
import type { DiffContext } from "./diff_context.ts";
import { diffMap, getOwn, type Report, unionOfKeys } from "./diff_report.ts";
import type { SchemaDiff } from "./diff_schema.ts";
import { stateHistory } from "./schema_history.ts";
import { readableVersions, versionPath } from "./state_versions.ts";

/** Compares what apps, agents and devices keep, which stays stored whatever is declared. */
export function diffState(
  before: ByKey<StateNeed> | undefined,
  { contract, state }: Pick<Needs, "contract" | "state">,
  context: DiffContext,
  schemas: SchemaDiff,
  report: Report,
): void {
  const comparison = { contract, context, schemas, report };
  diffMap(before, state, "/state", {
    added: (path, need, store) => {
      const { kind, stateVersion } = need;
      const code = wasDeclared(store, kind, comparison) ? "state.reattached" : "state.added";
      report(code, path, { after: { kind, stateVersion } });
      compareEarlier(store, need, Object.keys(readableVersions(need)), comparison);
    },
    removed: (path, { kind, stateVersion }) =>
      report("state.removed", path, { before: { kind, stateVersion } }),
    changed: (path, from, to, store) => {
      if (from.kind === to.kind) return compare(store, from, to, comparison);
      report("state.kind.changed", appendPointer(path, "kind"), {
        before: from.kind,
        after: to.kind,
      });
      compareEarlier(store, to, Object.keys(readableVersions(to)), comparison);
    },
  });
}

/** What a store is compared with, and how. */
interface Comparison {
  readonly contract: string;
  readonly context: DiffContext;
  readonly schemas: SchemaDiff;
  readonly report: Report;
}

function compare(store: string, from: StateNeed, to: StateNeed, comparison: Comparison): void {
  const { schemas, report } = comparison;
  const isRaised = from.stateVersion !== to.stateVersion;
  if (isRaised) {
    const accepted = getOwn(to.acceptedVersions, from.stateVersion) !== undefined;
    const code = accepted ? "state.version.migrated" : "state.version.dropped";
    const values = { before: from.stateVersion, after: to.stateVersion };
    report(code, appendPointer("/state", store, "stateVersion"), values);
  }
  // Every version that stored entries may have is compared with what reads that version now.
  const [old, now] = [readableVersions(from), readableVersions(to)];
  const added: string[] = [];
  for (const version of unionOfKeys(old, now)) {
    const [before, after] = [getOwn(old, version), getOwn(now, version)];
    const isCurrent = version === to.stateVersion;
    const place = versionPath(store, to, version);
    if (before !== undefined && after !== undefined) {
      schemas.written(place, before, after, isCurrent && !isRaised ? withWayOut(report) : report);
    } else if (before === undefined) {
      added.push(version);
      if (!isCurrent) report("state.accepted.added", place, { after: version });
    } else if (version !== from.stateVersion) {
      report("state.accepted.removed", place, { before: version });
    }
  }
  compareEarlier(store, to, added, comparison);
}

/** Whether an earlier version of the same contract declared a store of this name and kind. */
function wasDeclared(store: string, kind: string, { contract, context }: Comparison): boolean {
  return context.earlier?.some(({ needs }) =>
    needs?.contract === contract && getOwn(needs.state, store)?.kind === kind
  ) ?? false;
}

/**
 * Reports versions that are read now, were not read before, and that an earlier contract declared so
 * that entries of it may be refused. An earlier contract that cannot be read may have declared anything.
 */
function compareEarlier(
  store: string,
  to: StateNeed,
  versions: readonly string[],
  { contract, context: { earlier = [] }, schemas, report }: Comparison,
): void {
  for (const version of versions) {
    const place = versionPath(store, to, version);
    const now = getOwn(readableVersions(to), version) ?? true;
    for (const past of stateHistory(store, to.kind, version)(earlier, contract)) {
      const code = "state.version.reused";
      if (past.schema === undefined) {
        const reason = `what version ${past.version} of the contract declared here cannot be read`;
        report(code, place, { op: "change", after: version, reason });
        break;
      }
      const [danger] = schemas.dangers(past.schema, now);
      if (danger === undefined) continue;
      const reason = `${danger.message} Entries of this version that version ${past.version} of ` +
        "the contract wrote may still be stored.";
      report(code, place, { op: "change", after: version, reason, example: danger.example });
      break;
    }
  }
}

/** Says beside the first dangerous change of a schema how entries can be migrated instead. */
function withWayOut(report: Report): Report {
  let isTold = false;
  return (code, path, details = {}) => {
    if (isTold || details.reason === undefined || changeEntry(code)?.severity !== "dangerous") {
      return report(code, path, details);
    }
    isTold = true;
    report(code, path, { ...details, reason: `${details.reason} ${NEXT_VERSION}` });
  };
}

const NEXT_VERSION = "To migrate entries instead, raise `stateVersion` and name this version in " +
  "`acceptedVersions`.";
