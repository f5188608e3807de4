import type { Change } from "../changes/change.ts";
import { changePlace } from "../changes/change_place.ts";
import {
  type BucketLimits,
  isSettingName,
  type SettingName,
  SETTINGS,
} from "../resources/settings.ts";
import type { ImpactQuestion } from "../changes/impact.ts";
import type { ByKey, KvNeed, Needs, StoreNeed } from "../needs/need_types.ts";
import { resourceKey } from "../resources/kinds.ts";
import type { ScanTarget } from "./bucket_scanner.ts";
import { eventInquiry, type GroupsOf } from "./event_target.ts";
import { stateInquiry } from "./state_questions.ts";

/** What is to be asked about a bucket before a change may happen. */
export interface ImpactInquiry {
  /** Place of the change. */
  readonly change: number;
  readonly target: ScanTarget;
  readonly question: ImpactQuestion;
}

/** What changes are about. */
export interface ChangedNeeds {
  /** What the deployment has; missing where that is nothing. */
  readonly before?: Needs | undefined;
  /** What it would have. */
  readonly needs: Needs;
  /** Physical name of a resource, as `kv/orders`, where it has or takes over one. */
  readonly bucketOf: (resource: string) => string | undefined;
  /** Who consumes an event; nobody unless given. */
  readonly groupsOf?: GroupsOf | undefined;
}

/**
 * What has to be asked of the data that is there, so that a person can decide about these changes: one
 * question for each dangerous change of data that exists, and for each that has entries migrated. Many
 * changes of one schema share theirs.
 */
export function questionsOf(
  changes: readonly Change[],
  changed: ChangedNeeds,
): readonly ImpactInquiry[] {
  const inquiries: ImpactInquiry[] = [];
  /** Questions about schemas, by what they are asked of. */
  const schemas = new Map<string, ImpactQuestion>();
  for (const [change, content] of changes.entries()) {
    const { before, needs, groupsOf = () => [] } = changed;
    const inquiry = stateInquiry(content, before, needs) ??
      eventInquiry(content, before, needs, groupsOf) ?? resourceInquiry(content, changed);
    if (inquiry === undefined) continue;
    const { target, question } = inquiry;
    if (question.kind !== "schema" && question.kind !== "misfits") {
      inquiries.push({ change, target, question });
      continue;
    }
    const version = question.kind === "misfits" ? question.version : "";
    const id = JSON.stringify([target, version]);
    const shared = schemas.get(id) ?? question;
    schemas.set(id, shared);
    inquiries.push({ change, target, question: shared });
  }
  return inquiries;
}

function resourceInquiry(
  { code, path, severity }: Change,
  { needs, bucketOf }: ChangedNeeds,
): Omit<ImpactInquiry, "change"> | undefined {
  if (severity === "safe") return undefined;
  const { section: kind, name: alias, part: [member] } = changePlace({ code, path });
  if (kind !== "kv" && kind !== "store") return undefined;
  const resources: ByKey<KvNeed | StoreNeed> = needs.resources[kind];
  const need = Object.hasOwn(resources, alias) ? resources[alias] : undefined;
  const question = questionOf(code.slice(kind.length + 1), member, need);
  // What is at stake then is what the former alias left.
  const whose = code.endsWith(".renamed.retired") ? need?.renamedFrom ?? alias : alias;
  const name = bucketOf(resourceKey(kind, whose));
  return name === undefined || question === undefined
    ? undefined
    : { target: { kind, name }, question };
}

/**
 * What is to be found out about a dangerous change.
 *
 * @param what its code without the kind of the resource
 */
function questionOf(
  what: string,
  member: string | undefined,
  need: KvNeed | StoreNeed | undefined,
): ImpactQuestion | undefined {
  if (what === "removed" || what === "renamed.retired" || what === "projection.added") {
    return { kind: "all" };
  }
  if (what === "outbox.removed") return { kind: "outbox" };
  if (need === undefined || member === undefined) return undefined;
  if (what === "adopted.retention" && "history" in need) {
    return { kind: "retention", keep: need.history, ttlMs: need.ttlMs };
  }
  if (isSettingName(member)) return limitQuestion(member, need);
  return member === "schema" && "schema" in need
    ? { kind: "schema", schema: need.schema }
    : undefined;
}

function limitQuestion(name: SettingName, need: BucketLimits): ImpactQuestion {
  const { question: kind } = SETTINGS[name];
  const limit = need[name] ?? 0;
  switch (kind) {
    case "history":
      return { kind, keep: limit };
    case "ttl":
      return { kind, ttlMs: limit };
    case "maxValueBytes":
    case "maxTotalBytes":
      return { kind, limit };
  }
}
