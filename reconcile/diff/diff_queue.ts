/** Compares how work is queued: jobs, and what stands behind operations. */
import { isRecord, type JsonObject, type JsonValue } from "../../contracts/json/json.ts";
import { appendPointer } from "../../contracts/json/json_pointer.ts";
import { DEFAULT_PAYLOAD_VERSION } from "../../contracts/manifest/names.ts";
import type { ChangeCode } from "../changes/change_code.ts";
import type { ByKey, JobNeed } from "../needs/need_types.ts";
import { getOwn, type Report, same, unionOfKeys } from "./diff_report.ts";
import { compareSettings } from "./diff_settings.ts";
import type { SchemaDiff } from "./diff_schema.ts";
import { WORK_DEFAULTS } from "../needs/work_defaults.ts";

/** Jobs and results that are stored were written with the old schemas. */
export function compareJob(
  path: string,
  from: JobNeed,
  to: JobNeed,
  schemas: SchemaDiff,
  report: Report,
): void {
  comparePayload(path, from, to, schemas, report);
  if (from.result !== undefined && to.result !== undefined) {
    schemas.written(appendPointer(path, "result"), from.result, to.result, report);
  }
  compareSettings(
    appendPointer(path, "settings"),
    from.settings,
    to.settings,
    (name, at, values) => report(codeOf(name, values) ?? "job.settings.changed", at, values),
  );
}

/** The same of the work of an operation; what is left out is as usual. */
export function compareOperationWork(
  path: string,
  from: JsonObject = {},
  to: JsonObject = {},
  report: Report,
): void {
  compareSettings(path, from, to, (name, at, values) => {
    const code = codeOf(name, values);
    report(
      code === "job.tries.decreased"
        ? "operation.tries.decreased"
        : code === "job.key.changed"
        ? "operation.key.changed"
        : "operation.settings.changed",
      at,
      values,
    );
  });
}

/** Every version that waiting jobs may have is compared with what reads that version now. */
function comparePayload(
  path: string,
  from: JobNeed,
  to: JobNeed,
  schemas: SchemaDiff,
  report: Report,
): void {
  const [older, newer] = [versionOf(from), versionOf(to)];
  const [old, now] = [payloadVersions(from), payloadVersions(to)];
  if (older !== newer) {
    const code = getOwn(now, older) === undefined ? "job.version.dropped" : "job.version.migrated";
    report(code, appendPointer(path, "payloadVersion"), { before: older, after: newer });
  }
  for (const version of unionOfKeys(old, now)) {
    const [before, after] = [getOwn(old, version), getOwn(now, version)];
    const at = version === newer
      ? appendPointer(path, "payload")
      : appendPointer(path, "acceptedVersions", version);
    if (before !== undefined && after !== undefined) schemas.written(at, before, after, report);
    else if (before === undefined && version !== newer) {
      report("job.accepted.added", at, { after: version });
    } else if (after === undefined && version !== older) {
      report("job.accepted.removed", at, { before: version });
    }
  }
}

/** The schema of each version of a job that can be worked on, as it is or migrated. */
export function payloadVersions(
  need: Pick<JobNeed, "payload" | "payloadVersion" | "acceptedVersions">,
): ByKey<JsonObject | boolean> {
  return { ...need.acceptedVersions, [versionOf(need)]: need.payload };
}

function versionOf({ payloadVersion = DEFAULT_PAYLOAD_VERSION }: Pick<JobNeed, "payloadVersion">) {
  return payloadVersion;
}

/** What a changed setting is, unless it only changes the pace. */
function codeOf(
  name: string,
  { before, after }: { readonly before?: JsonValue; readonly after?: JsonValue },
): ChangeCode | undefined {
  switch (name) {
    case "dlq":
      return (before ?? true) === true && after === false ? "job.dlq.removed" : undefined;
    case "maxDeliver":
      return Number(after ?? WORK_DEFAULTS.maxDeliver) < Number(before ?? WORK_DEFAULTS.maxDeliver)
        ? "job.tries.decreased"
        : undefined;
    case "schedules":
      return "job.schedules.changed";
    case "unique":
      return after === undefined ? undefined : "job.key.changed";
    case "keyConcurrency":
      return after === undefined || same(keyOf(before), keyOf(after))
        ? undefined
        : "job.key.changed";
    default:
      return undefined;
  }
}

function keyOf(value: JsonValue | undefined): JsonValue {
  return isRecord(value) && typeof value.key === "string" ? value.key : null;
}
