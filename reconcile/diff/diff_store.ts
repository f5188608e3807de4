import type { JsonValue } from "../../contracts/json/json.ts";
import { appendPointer } from "../../contracts/json/json_pointer.ts";
import { limitMove, tightens } from "./limit_move.ts";
import {
  describeExisting,
  keptInPlace,
  ownerReason,
  reattachedReason,
  retiredDataReason,
} from "./existing_bucket.ts";
import type { DiffContext, ExistingBucket } from "./diff_context.ts";
import { pairByAlias } from "./pair_by_alias.ts";
import type { Report } from "./diff_report.ts";
import type { ByKey, StoreNeed } from "../needs/need_types.ts";

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
        const left = keptInPlace("store", pair.to, after, existing);
        if (left !== undefined) {
          report("store.renamed.retired", path, {
            reason: retiredDataReason(left.found, left.former),
            before: left.former,
            after: pair.key,
          });
        }
        if (found?.kept === true) reattach(path, pair.to, found, report);
        else if (found !== undefined) adopt(path, pair.to, found, report);
        else if (left === undefined) report("store.added", path, { after: describe(pair.to) });
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
  compareLimits(path, from, to, report);
  for (const member of ["required", "purpose"] as const) {
    if (from[member] === to[member]) continue;
    const values = { before: from[member], after: to[member] };
    report(`store.${member}.changed`, appendPointer(path, member), values);
  }
}

function compareLimits(
  path: string,
  from: Partial<Record<typeof LIMITS[number][0], number>>,
  to: StoreNeed,
  report: Report,
): void {
  for (const [member, name] of LIMITS) {
    const before = from[member] ?? 0;
    const move = limitMove(before, to[member]);
    if (move === undefined) continue;
    const values = { before, after: to[member] };
    report(`store.${name}.${move}`, appendPointer(path, member), values);
  }
}

/** The store that the alias had before is its own again, as it is now, with what is in it. */
function reattach(path: string, need: StoreNeed, found: ExistingBucket, report: Report): void {
  report("store.reattached", path, {
    op: "add",
    reason: reattachedReason(found, "object"),
    before: describeExisting(found),
    after: describe(need),
  });
  compareLimits(path, found.settings, need, report);
}

function adopt(path: string, need: StoreNeed, found: ExistingBucket, report: Report): void {
  report("store.adopted", path, {
    op: "add",
    reason: ownerReason(found),
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
