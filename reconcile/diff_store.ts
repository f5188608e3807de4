import type { JsonValue } from "../contracts/json.ts";
import { appendPointer } from "../contracts/json_pointer.ts";
import { limitMove, tightens } from "./classify_limit.ts";
import { describeExisting, whose } from "./diff_adopted.ts";
import type { DiffContext, ExistingBucket } from "./diff_context.ts";
import { pairByAlias } from "./diff_pair.ts";
import type { Report } from "./diff_report.ts";
import type { ByKey, StoreNeed } from "./needs.ts";

const BASE = "/resources/store";

/** Compares store resources. */
export function diffStore(
  before: ByKey<StoreNeed> | undefined,
  after: ByKey<StoreNeed>,
  { existing }: DiffContext,
  report: Report,
): void {
  for (const pair of pairByAlias(before, after)) {
    const path = appendPointer(BASE, pair.key);
    switch (pair.kind) {
      case "removed":
        report("store.removed", path, { before: describe(pair.from) });
        break;
      case "added": {
        const found = existing?.get(`store/${pair.key}`);
        if (found === undefined) report("store.added", path, { after: describe(pair.to) });
        else adopt(path, pair.to, found, report);
        break;
      }
      case "renamed":
        report("store.renamed", path, { before: pair.fromKey, after: pair.key });
        compare(path, pair.from, pair.to, report);
        break;
      case "kept":
        compare(path, pair.from, pair.to, report);
    }
  }
}

const LIMITS = [
  ["ttlMs", "ttl"],
  ["maxTotalBytes", "maxTotalBytes"],
  ["maxObjectBytes", "maxObjectBytes"],
] as const;

function compare(path: string, from: StoreNeed, to: StoreNeed, report: Report): void {
  for (const [member, name] of LIMITS) {
    const move = limitMove(from[member], to[member]);
    if (move === undefined) continue;
    const values = { before: from[member], after: to[member] };
    report(`store.${name}.${move}`, appendPointer(path, member), values);
  }
  for (const member of ["required", "purpose"] as const) {
    if (from[member] === to[member]) continue;
    const values = { before: from[member], after: to[member] };
    report(`store.${member}.changed`, appendPointer(path, member), values);
  }
}

function adopt(path: string, need: StoreNeed, found: ExistingBucket, report: Report): void {
  report("store.adopted", path, {
    op: "add",
    reason: whose(found),
    before: describeExisting(found),
    after: describe(need),
  });
  for (const [member] of LIMITS) {
    const has = found.settings[member] ?? 0;
    if (!tightens(limitMove(has, need[member]))) continue;
    const code = member === "ttlMs" ? "store.adopted.retention" : "store.adopted.limits";
    report(code, appendPointer(path, member), { before: has, after: need[member] });
  }
}

function describe(need: StoreNeed): JsonValue {
  const { ttlMs, maxTotalBytes, maxObjectBytes, required, purpose } = need;
  return { purpose, ttlMs, maxTotalBytes, maxObjectBytes, required };
}
