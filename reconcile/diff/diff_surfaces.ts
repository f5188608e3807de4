import type { JsonObject } from "../../contracts/json/json.ts";
import { appendPointer } from "../../contracts/json/json_pointer.ts";
import { compareOperationWork } from "./diff_queue.ts";
import { type DiffContext, usersOf } from "./diff_context.ts";
import { diffList, diffMap, getOwn, type Report, same, unionOfKeys } from "./diff_report.ts";
import type { SchemaDiff } from "./diff_schema.ts";
import type { ByKey, SurfaceNeed } from "../needs/need_types.ts";

type Surfaces = ByKey<SurfaceNeed>;

/** Compares what is served, and names those who use what breaks. */
export function diffSurfaces(
  contract: string,
  before: Surfaces | undefined,
  after: Surfaces,
  context: DiffContext,
  schemas: SchemaDiff,
  report: Report,
): void {
  const moved = movedSurfaces(before, after);
  const arrived = new Set(moved.values());
  for (const subject of unionOfKeys(before, after)) {
    const from = getOwn(before, subject);
    const to = getOwn(after, subject);
    const path = appendPointer("/surfaces", subject);
    if (from === undefined) {
      if (to !== undefined && !arrived.has(subject)) {
        report("surface.added", path, { after: to.name });
      }
      continue;
    }
    const affects = usersOf(contract, from, context);
    const reportAffected: Report = (code, at, details) => report(code, at, { ...details, affects });
    const newSubject = moved.get(subject);
    const arrival = newSubject === undefined ? undefined : getOwn(after, newSubject);
    if (to !== undefined) {
      if (!same(from, to)) compare(path, from, to, schemas, reportAffected);
    } else if (newSubject === undefined || arrival === undefined) {
      reportAffected("surface.removed", path, { before: from.name });
    } else {
      const at = appendPointer("/surfaces", newSubject);
      const code = same(from.params ?? [], arrival.params ?? [])
        ? "surface.subject.changed"
        : "surface.params.changed";
      reportAffected(code, at, { before: subject, after: newSubject });
      compare(at, from, arrival, schemas, reportAffected);
    }
  }
}

/** Surfaces of the same kind and name under another subject: old subject to new subject. */
function movedSurfaces(before: Surfaces | undefined, after: Surfaces): ReadonlyMap<string, string> {
  const key = ({ kind, name }: SurfaceNeed) => `${kind} ${name}`;
  const arrived = new Map(
    Object.entries(after).filter(([subject]) => getOwn(before, subject) === undefined)
      .map(([subject, surface]) => [key(surface), subject]),
  );
  const moved = Object.entries(before ?? {})
    .filter(([subject]) => getOwn(after, subject) === undefined)
    .map(([subject, surface]) => [subject, arrived.get(key(surface))] as const);
  return new Map(moved.filter((pair): pair is [string, string] => pair[1] !== undefined));
}

function compare(
  path: string,
  from: SurfaceNeed,
  to: SurfaceNeed,
  schemas: SchemaDiff,
  report: Report,
): void {
  for (const member of unionOfKeys(from.schemas, to.schemas)) {
    compareSchema(appendPointer(path, "schemas", member), member, from, to, schemas, report);
  }
  diffList(from.errors, to.errors, appendPointer(path, "errors"), {
    added: (at, type) => report("surface.error.added", at, { after: type }),
    removed: (at, type) => report("surface.error.removed", at, { before: type }),
  });
  for (const type of to.errors.filter((known) => from.errors.includes(known))) {
    const [before, after] = [getOwn(from.errorData, type), getOwn(to.errorData, type)];
    if (before === undefined || after === undefined) continue;
    schemas.received(appendPointer(path, "errorData", type), before, after, report);
  }
  for (const action of unionOfKeys(from.capabilities, to.capabilities)) {
    const at = appendPointer(path, "capabilities", action);
    diffList(getOwn(from.capabilities, action) ?? [], getOwn(to.capabilities, action) ?? [], at, {
      added: (key, capability) => report("surface.capability.added", key, { after: capability }),
      removed: (key, capability) =>
        report("surface.capability.removed", key, { before: capability }),
    });
  }
  compareOperation(path, from, to, schemas, report);
  compareOperationWork(appendPointer(path, "work"), from.work, to.work, report);
}

/** Others write the input and receive the rest; events are received, and also read from the store. */
function compareSchema(
  path: string,
  member: string,
  from: SurfaceNeed,
  to: SurfaceNeed,
  schemas: SchemaDiff,
  report: Report,
): void {
  const before = getOwn(from.schemas, member);
  const after = getOwn(to.schemas, member);
  if (member === "progress" && before === undefined) {
    report("surface.progress.added", path, { op: "add" });
  } else if (member === "progress" && after === undefined) {
    report("surface.progress.removed", path, { op: "remove" });
  } else {
    const direction = member === "input" ? "written" : from.kind === "events" ? "both" : "received";
    schemas[direction](path, before ?? true, after ?? true, report);
  }
}

function compareOperation(
  path: string,
  from: SurfaceNeed,
  to: SurfaceNeed,
  schemas: SchemaDiff,
  report: Report,
): void {
  if (from.cancel !== undefined && to.cancel !== undefined && from.cancel !== to.cancel) {
    const code = to.cancel ? "surface.cancel.added" : "surface.cancel.removed";
    report(code, appendPointer(path, "cancel"), { before: from.cancel, after: to.cancel });
  }
  if (from.signals === undefined) return;
  diffMap<JsonObject | boolean>(from.signals, to.signals, appendPointer(path, "signals"), {
    added: (at, _to, signal) => report("surface.signal.added", at, { after: signal }),
    removed: (at, _from, signal) => report("surface.signal.removed", at, { before: signal }),
    changed: (at, before, after) => schemas.written(at, before, after, report),
  });
}
