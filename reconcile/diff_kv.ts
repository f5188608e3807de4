import type { JsonValue } from "../contracts/json.ts";
import { appendPointer } from "../contracts/json_pointer.ts";
import { limitMove, tightens } from "./classify_limit.ts";
import { describeExisting, whose } from "./diff_adopted.ts";
import type { DiffContext, ExistingBucket } from "./diff_context.ts";
import { pairByAlias } from "./diff_pair.ts";
import type { Report } from "./diff_report.ts";
import type { SchemaDiff } from "./diff_schema.ts";
import type { ByKey, KvNeed } from "./needs.ts";

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
        if (found === undefined) report("kv.added", path, { after: describe(pair.to) });
        else adopt(path, pair.to, found, report);
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
  const values = (member: "history" | "ttlMs" | "maxValueBytes" | "required" | "purpose") => ({
    before: from[member],
    after: to[member],
  });
  schemas.written(at("schema"), from.schema, to.schema, report);
  if (from.history !== to.history) {
    const code = to.history > from.history ? "kv.history.increased" : "kv.history.reduced";
    report(code, at("history"), values("history"));
  }
  const ttl = limitMove(from.ttlMs, to.ttlMs);
  if (ttl !== undefined) report(`kv.ttl.${ttl}`, at("ttlMs"), values("ttlMs"));
  const size = limitMove(from.maxValueBytes, to.maxValueBytes);
  if (size !== undefined) {
    report(`kv.maxValueBytes.${size}`, at("maxValueBytes"), values("maxValueBytes"));
  }
  // The bucket and its binding stay in both directions, so no access that was given is taken away.
  if (from.required !== to.required) {
    report("kv.required.changed", at("required"), values("required"));
  }
  if (from.purpose !== to.purpose) report("kv.purpose.changed", at("purpose"), values("purpose"));
}

function adopt(path: string, need: KvNeed, found: ExistingBucket, report: Report): void {
  const at = (member: keyof KvNeed) => appendPointer(path, member);
  const { history = 0, ttlMs = 0, maxValueBytes = 0 } = found.settings;
  report("kv.adopted", path, {
    op: "add",
    reason: whose(found),
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
