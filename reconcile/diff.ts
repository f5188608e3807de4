import { canonicalJson } from "../contracts/canonical_json.ts";
import type { JsonValue } from "../contracts/json.ts";
import { appendPointer } from "../contracts/json_pointer.ts";
import type { Change, ChangeCode, Severity } from "./change.ts";
import { limitMove, limitSeverity } from "./classify_limit.ts";
import type { KvNeed, Needs, SurfaceNeed } from "./needs.ts";

/**
 * Compares what a deployment has accepted with what its contract asks for now. Additions and
 * loosened limits are safe; whatever could cost data or break a caller is dangerous.
 */
export function diffNeeds(before: Needs | undefined, after: Needs): readonly Change[] {
  const changes: Change[] = [];
  const add: Report = (code, path, severity, reason, values = {}) => {
    changes.push({ code, path, op: operation(code), severity, reason, ...values });
  };
  if (before === undefined) {
    add("contract.added", "/contract", "safe", "nothing was accepted before", {
      after: after.contract,
    });
  } else diffContract(before, after, add);
  diffMap(before?.contracts, after.contracts, "/contracts", {
    added: (path) => add("uses.added", path, "safe", "using a contract changes nothing in it"),
    removed: (path) => add("uses.removed", path, "safe", "nothing depends on using a contract"),
    changed: (path, from, to) =>
      add("uses.changed", path, "safe", "using a contract changes nothing in it", {
        before: { ...from, selections: [...from.selections] },
        after: { ...to, selections: [...to.selections] },
      }),
  });
  diffMap(before?.surfaces, after.surfaces, "/surfaces", {
    added: (path, to) =>
      add("surface.added", path, "safe", "nobody can depend on it yet", { after: to.name }),
    removed: (path, from) =>
      add("surface.removed", path, "dangerous", "callers may depend on it", { before: from.name }),
    changed: (path, from, to) => diffSurface(path, from, to, add),
  });
  diffMap(before?.capabilities, after.capabilities, "/capabilities", {
    added: (path) => add("capability.added", path, "safe", "nobody holds it yet"),
    removed: (path) => add("capability.removed", path, "dangerous", "somebody may hold it"),
    changed: (path) => add("capability.changed", path, "safe", "only its description changed"),
  });
  diffMap(before?.resources.kv, after.resources.kv, "/resources/kv", {
    added: (path, to) =>
      add("kv.added", path, "safe", "a new bucket holds no data yet", { after: describeKv(to) }),
    removed: (path, from) =>
      add("kv.removed", path, "dangerous", "its data would no longer be reachable", {
        before: describeKv(from),
      }),
    changed: (path, from, to) => diffKv(path, from, to, add),
  });
  diffMap(before?.resources.store, after.resources.store, "/resources/store", {
    added: (path) => add("store.added", path, "safe", "a new store holds no data yet"),
    removed: (path) => add("store.removed", path, "dangerous", "its objects would be out of reach"),
    changed: (path) => add("store.changed", path, "dangerous", "objects may be lost"),
  });
  return changes;
}

type Values = { readonly before?: JsonValue; readonly after?: JsonValue };
type Report = (
  code: ChangeCode,
  path: string,
  severity: Severity,
  reason: string,
  values?: Values,
) => void;

function operation(code: ChangeCode): Change["op"] {
  const kind = /^(contract|uses|surface|capability|kv|store)\.(added|removed)$/.exec(code)?.[2];
  return kind === "added" ? "add" : kind === "removed" ? "remove" : "change";
}

function diffContract(before: Needs, after: Needs, add: Report): void {
  if (before.contract !== after.contract) {
    add(
      "contract.replaced",
      "/contract",
      "dangerous",
      "another lineage takes over the deployment",
      {
        before: before.contract,
        after: after.contract,
      },
    );
  }
  if (before.kind !== after.kind) {
    add("contract.kind.changed", "/kind", "dangerous", "the contract plays another part", {
      before: before.kind,
      after: after.kind,
    });
  }
}

function diffSurface(path: string, from: SurfaceNeed, to: SurfaceNeed, add: Report): void {
  for (const member of new Set([...Object.keys(from.schemas), ...Object.keys(to.schemas)])) {
    const before = from.schemas[member];
    const after = to.schemas[member];
    if (same(before, after)) continue;
    const at = appendPointer(path, "schemas", member);
    add("surface.schema.changed", at, "dangerous", "it is not proved that callers still fit", {
      before: before ?? null,
      after: after ?? null,
    });
  }
  if (!same(from.errors, to.errors)) {
    const added = to.errors.filter((type) => !from.errors.includes(type));
    add(
      "surface.errors.changed",
      appendPointer(path, "errors"),
      "dangerous",
      added.length > 0 ? "callers do not know the new errors" : "callers may handle these errors",
      { before: [...from.errors], after: [...to.errors] },
    );
  }
  if (!same(from.capabilities, to.capabilities)) {
    const at = appendPointer(path, "capabilities");
    add("surface.capabilities.changed", at, "dangerous", "callers may gain or lose access");
  }
}

function diffKv(path: string, from: KvNeed, to: KvNeed, add: Report): void {
  const at = (member: string) => appendPointer(path, member);
  if (!same(from.schema, to.schema)) {
    const reason = "it is not proved that the stored values still fit";
    add("kv.schema.changed", at("schema"), "dangerous", reason, {
      before: from.schema,
      after: to.schema,
    });
  }
  if (from.history !== to.history) {
    const values = { before: from.history, after: to.history };
    if (to.history > from.history) {
      add("kv.history.increased", at("history"), "safe", "more revisions are kept", values);
    } else {
      add("kv.history.reduced", at("history"), "dangerous", "old revisions are dropped", values);
    }
  }
  for (const [member, code] of [["ttlMs", "ttl"], ["maxValueBytes", "maxValueBytes"]] as const) {
    const move = limitMove(from[member], to[member]);
    if (move === undefined) continue;
    const severity = limitSeverity(move);
    const reason = severity === "safe"
      ? "everything that is stored still fits"
      : member === "ttlMs"
      ? "entries older than the limit disappear at once"
      : "larger values can no longer be written";
    add(`kv.${code}.${move}`, at(member), severity, reason, {
      before: from[member],
      after: to[member],
    });
  }
  if (from.required !== to.required) {
    add("kv.required.changed", at("required"), "safe", "the bucket stays; only its type changes", {
      before: from.required,
      after: to.required,
    });
  }
  if (from.purpose !== to.purpose) {
    add("kv.purpose.changed", at("purpose"), "safe", "words for people", {
      before: from.purpose,
      after: to.purpose,
    });
  }
}

function describeKv(need: KvNeed): JsonValue {
  const { history, ttlMs, maxValueBytes, required, purpose } = need;
  return { purpose, history, ttlMs, maxValueBytes, required };
}

function diffMap<V>(
  before: Readonly<Record<string, V>> | undefined,
  after: Readonly<Record<string, V>>,
  base: string,
  report: {
    added(path: string, to: V): void;
    removed(path: string, from: V): void;
    changed(path: string, from: V, to: V): void;
  },
): void {
  const old = before ?? {};
  for (const key of [...new Set([...Object.keys(old), ...Object.keys(after)])].sort()) {
    const path = appendPointer(base, key);
    const from = Object.hasOwn(old, key) ? old[key] : undefined;
    const to = Object.hasOwn(after, key) ? after[key] : undefined;
    if (from === undefined && to !== undefined) report.added(path, to);
    else if (from !== undefined && to === undefined) report.removed(path, from);
    else if (from !== undefined && to !== undefined && !same(from, to)) {
      report.changed(path, from, to);
    }
  }
}

function same(a: unknown, b: unknown): boolean {
  return a === b || (a !== undefined && b !== undefined && canonicalJson(a) === canonicalJson(b));
}
