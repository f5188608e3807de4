import type { JsonObject } from "../../contracts/json/json.ts";
import { appendPointer } from "../../contracts/json/json_pointer.ts";
import { getOwn, type Report, same, unionOfKeys } from "./diff_report.ts";

/** Calls back with each setting that differs. */
export function compareSettings(
  path: string,
  from: JsonObject,
  to: JsonObject,
  changed: (name: string, path: string, values: Parameters<Report>[2] & object) => void,
): void {
  for (const name of unionOfKeys(from, to)) {
    const [before, after] = [getOwn(from, name), getOwn(to, name)];
    if (same(before, after)) continue;
    changed(name, appendPointer(path, name), { op: "change", before, after });
  }
}
