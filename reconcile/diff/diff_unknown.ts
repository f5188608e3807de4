import { canonicalJson } from "../../contracts/json/canonical_json.ts";
import type { JsonValue } from "../../contracts/json/json.ts";
import type { Report } from "./diff_report.ts";
import type { ByKey } from "../needs/need_types.ts";

/** Compares what manifests say that this version does not know: what it means cannot be judged. */
export function diffUnknown(
  before: ByKey<JsonValue> | undefined = {},
  after: ByKey<JsonValue> | undefined = {},
  report: Report,
): void {
  const paths = new Set([...Object.keys(before), ...Object.keys(after)]);
  for (const path of [...paths].sort()) {
    const from = Object.hasOwn(before, path) ? before[path] : undefined;
    const to = Object.hasOwn(after, path) ? after[path] : undefined;
    const isSame = from !== undefined && to !== undefined &&
      canonicalJson(from) === canonicalJson(to);
    if (!isSame) report("contract.unknown", path, { before: from, after: to });
  }
}
