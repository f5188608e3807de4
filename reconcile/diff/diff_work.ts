import { appendPointer } from "../../contracts/json/json_pointer.ts";
import { compareJob } from "./diff_queue.ts";
import { diffList, diffMap, getOwn, type Report } from "./diff_report.ts";
import { compareSettings } from "./diff_settings.ts";
import type { SchemaDiff } from "./diff_schema.ts";
import { pairByAlias } from "./pair_by_alias.ts";
import { groupOrdering } from "../needs/group_ordering.ts";
import type { ByKey, ConsumerNeed, Needs } from "../needs/need_types.ts";

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
  diffGroups(before?.consumers, after.consumers ?? {}, report);
}

function diffGroups(
  before: ByKey<ConsumerNeed> | undefined,
  after: ByKey<ConsumerNeed>,
  report: Report,
): void {
  for (const pair of pairByAlias(before, after)) {
    const path = appendPointer("/consumers", pair.key);
    switch (pair.kind) {
      case "added":
        report("consumer.added", path, { after: [...pair.to.events] });
        break;
      case "removed":
        report("consumer.removed", path, { before: [...pair.from.events] });
        break;
      case "renamed":
        report("consumer.renamed", path, { before: pair.fromKey, after: pair.key });
        compareConsumer(path, pair.from, pair.to, report);
        break;
      case "kept":
        compareConsumer(path, pair.from, pair.to, report);
    }
  }
}

function compareConsumer(path: string, from: ConsumerNeed, to: ConsumerNeed, report: Report): void {
  diffList(sourcesOf(from, to), sourcesOf(to, from), appendPointer(path, "events"), {
    added: (at, event) => report("consumer.event.added", at, { after: event }),
    removed: (at, event) => report("consumer.event.removed", at, { before: event }),
  });
  const ordering = [from, to].map(({ settings }) => groupOrdering(settings));
  if (ordering[0] !== ordering[1]) {
    const at = appendPointer(path, "settings", "ordering");
    report("consumer.ordering.changed", at, { before: ordering[0], after: ordering[1] });
  }
  compareSettings(
    appendPointer(path, "settings"),
    from.settings,
    to.settings,
    (name, at, values) => {
      if (name === "ordering") return;
      report(
        name === "replay" ? "consumer.replay.changed" : "consumer.settings.changed",
        at,
        values,
      );
    },
  );
}

/** The events of a group; those of an alias that stands for another contract now are other events. */
function sourcesOf({ events, contracts }: ConsumerNeed, other: ConsumerNeed): readonly string[] {
  return events.map((event) => {
    const [, alias = ""] = /^uses\.([^:]*):/.exec(event) ?? [];
    const contract = getOwn(contracts, alias);
    const otherContract = getOwn(other.contracts, alias);
    const isSame = contract === undefined || otherContract === undefined ||
      contract === otherContract;
    return isSame ? event : `${event} of ${contract}`;
  });
}
