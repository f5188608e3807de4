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
import type { SchemaDiff } from "./diff_schema.ts";
import type { ByKey, KvNeed } from "../needs/need_types.ts";

const BASE = "/resources/kv";

/** Compares KV resources. */
export function diffKv(
  before: ByKey<KvNeed> | undefined,
  after: ByKey<KvNeed>,
  { existing }: DiffContext,
  schemas: SchemaDiff,
  report: Report,
): void {
  for (const pair of pairByAlias(before, after)) {
    const path = appendPointer(BASE, pair.key);
    switch (pair.kind) {
      case "removed":
        report("kv.removed", path, { before: describe(pair.from) });
        break;
      case "added": {
        const found = existing?.get(`kv/${pair.key}`);
        const left = keptInPlace("kv", pair.to, after, existing);
        if (left !== undefined) {
          report("kv.renamed.retired", path, {
            reason: retiredDataReason(left.found, left.former),
            before: left.former,
            after: pair.key,
          });
        }
        if (found?.kept === true) reattach(path, pair.to, found, report);
        else if (found !== undefined) adopt(path, pair.to, found, report);
        else if (left === undefined) report("kv.added", path, { after: describe(pair.to) });
        break;
      }
      case "renamed":
        report("kv.renamed", path, { before: pair.fromKey, after: pair.key });
        compare(path, pair.from, pair.to, schemas, report);
        break;
      case "kept":
        compare(path, pair.from, pair.to, schemas, report);
    }
  }
}

function compare(
  path: string,
  from: KvNeed,
  to: KvNeed,
  schemas: SchemaDiff,
  report: Report,
): void {
  const at = (member: keyof KvNeed) => appendPointer(path, member);
  const values = (member: "required" | "purpose") => ({ before: from[member], after: to[member] });
  schemas.written(at("schema"), from.schema, to.schema, report);
  compareLimits(path, from, to, report);
  // The bucket and its binding stay in both directions, so no access that was given is taken away.
  if (from.required !== to.required) {
    report("kv.required.changed", at("required"), values("required"));
  }
  if (from.purpose !== to.purpose) report("kv.purpose.changed", at("purpose"), values("purpose"));
}

function compareLimits(
  path: string,
  from: Pick<KvNeed, "history" | "ttlMs" | "maxValueBytes">,
  to: KvNeed,
  report: Report,
): void {
  const at = (member: keyof KvNeed) => appendPointer(path, member);
  const values = (member: keyof typeof from) => ({ before: from[member], after: to[member] });
  if (from.history !== to.history) {
    // A bucket that somebody changed may keep any number of revisions: 0 and less mean all.
    const isMore = from.history > 0 && to.history > from.history;
    report(
      isMore ? "kv.history.increased" : "kv.history.reduced",
      at("history"),
      values("history"),
    );
  }
  const ttl = limitMove(from.ttlMs, to.ttlMs);
  if (ttl !== undefined) report(`kv.ttl.${ttl}`, at("ttlMs"), values("ttlMs"));
  const size = limitMove(from.maxValueBytes, to.maxValueBytes);
  if (size !== undefined) {
    report(`kv.maxValueBytes.${size}`, at("maxValueBytes"), values("maxValueBytes"));
  }
}

/** The bucket that the alias had before is its own again, as it is now, with what is in it. */
function reattach(path: string, need: KvNeed, found: ExistingBucket, report: Report): void {
  const { history = 0, ttlMs = 0, maxValueBytes = 0 } = found.settings;
  report("kv.reattached", path, {
    op: "add",
    reason: reattachedReason(found, "value"),
    before: describeExisting(found),
    after: describe(need),
  });
  compareLimits(path, { history, ttlMs, maxValueBytes }, need, report);
  if (found.values > 0 && !takesAnything(need.schema)) {
    report("kv.reattached.schema", appendPointer(path, "schema"), {
      op: "change",
      reason: `${found.values} kept values were written under an earlier contract; ` +
        "nothing says that they fit the schema of this one",
    });
  }
}

function adopt(path: string, need: KvNeed, found: ExistingBucket, report: Report): void {
  const at = (member: keyof KvNeed) => appendPointer(path, member);
  const { history = 0, ttlMs = 0, maxValueBytes = 0 } = found.settings;
  report("kv.adopted", path, {
    op: "add",
    reason: ownerReason(found),
    before: describeExisting(found),
    after: describe(need),
  });
  // A foreign bucket may keep any number of revisions: 0 and less mean all.
  if (history < 1 || history > need.history) {
    report("kv.adopted.retention", at("history"), { before: history, after: need.history });
  }
  if (tightens(limitMove(ttlMs, need.ttlMs))) {
    report("kv.adopted.retention", at("ttlMs"), { before: ttlMs, after: need.ttlMs });
  }
  if (tightens(limitMove(maxValueBytes, need.maxValueBytes))) {
    const values = { before: maxValueBytes, after: need.maxValueBytes };
    report("kv.adopted.limits", at("maxValueBytes"), values);
  }
  if (found.values > 0 && !takesAnything(need.schema)) {
    report("kv.adopted.schema", at("schema"), {
      op: "change",
      reason: `${found.values} stored values were written by somebody else; ` +
        "nothing says that they fit the contract's schema",
    });
  }
}

function takesAnything(schema: KvNeed["schema"]): boolean {
  return schema === true || (typeof schema === "object" && Object.keys(schema).length === 0);
}

function describe(need: KvNeed): JsonValue {
  const { history, ttlMs, maxValueBytes, required, purpose } = need;
  return { purpose, history, ttlMs, maxValueBytes, required };
}
