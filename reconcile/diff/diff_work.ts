import type { JsonObject } from "../../contracts/json/json.ts";
import { appendPointer } from "../../contracts/json/json_pointer.ts";
import { diffList, diffMap, getOwn, type Report, same, unionOfKeys } from "./diff_report.ts";
import type { SchemaDiff } from "./diff_schema.ts";
import type { ConsumerNeed, JobNeed, Needs } from "../needs/need_types.ts";

/** Compares job queues and the groups that consume events. */
export function diffWork(
  before: Needs | undefined,
  after: Needs,
  schemas: SchemaDiff,
  report: Report,
): void {
  diffMap(before?.jobs, after.jobs, "/jobs", {
    added: (path, { settings }) => report("job.added", path, { after: settings }),
    removed: (path, { settings }) => report("job.removed", path, { before: settings }),
    changed: (path, from, to) => compareJob(path, from, to, schemas, report),
  });
  diffMap(before?.consumers, after.consumers, "/consumers", {
    added: (path, { events }) => report("consumer.added", path, { after: [...events] }),
    removed: (path, { events }) => report("consumer.removed", path, { before: [...events] }),
    changed: (path, from, to) => compareConsumer(path, from, to, report),
  });
}

/** Jobs and results that are stored were written with the old schemas. */
function compareJob(
  path: string,
  from: JobNeed,
  to: JobNeed,
  schemas: SchemaDiff,
  report: Report,
): void {
  schemas.written(appendPointer(path, "payload"), from.payload, to.payload, report);
  if (from.result !== undefined && to.result !== undefined) {
    schemas.written(appendPointer(path, "result"), from.result, to.result, report);
  }
  compareSettings(path, from.settings, to.settings, (name, at, values) => {
    const keepsNoFailures = name === "dlq" && values.before === true;
    report(keepsNoFailures ? "job.dlq.removed" : "job.settings.changed", at, values);
  });
}

function compareConsumer(path: string, from: ConsumerNeed, to: ConsumerNeed, report: Report): void {
  diffList(from.events, to.events, appendPointer(path, "events"), {
    added: (at, event) => report("consumer.event.added", at, { after: event }),
    removed: (at, event) => report("consumer.event.removed", at, { before: event }),
  });
  compareSettings(path, from.settings, to.settings, (_name, at, values) => {
    report("consumer.settings.changed", at, values);
  });
}

function compareSettings(
  path: string,
  from: JsonObject,
  to: JsonObject,
  changed: (name: string, path: string, values: Parameters<Report>[2] & object) => void,
): void {
  for (const name of unionOfKeys(from, to)) {
    const [before, after] = [getOwn(from, name), getOwn(to, name)];
    if (same(before, after)) continue;
    changed(name, appendPointer(path, "settings", name), { op: "change", before, after });
  }
}
