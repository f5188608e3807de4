import type { Change } from "../changes/change.ts";
import { changePlace } from "../changes/change_place.ts";
import {
  type BucketSettings,
  isSettingName,
  type SettingName,
  SETTINGS,
} from "../resources/settings.ts";
import type { ImpactQuestion } from "../changes/impact.ts";
import type { ByKey, KvNeed, Needs, StoreNeed } from "../needs/need_types.ts";
import { resourceKey, type ResourceKind } from "../resources/kinds.ts";

/** What is to be asked about a bucket before a change may happen. */
export interface ImpactInquiry {
  /** Place of the change. */
  readonly change: number;
  readonly kind: ResourceKind;
  readonly bucket: string;
  readonly question: ImpactQuestion;
}

/**
 * What has to be asked of the data that is there, so that a person can decide about these changes: one
 * question for each dangerous change of a bucket that exists. Many changes of one schema share theirs.
 *
 * @param needs what the deployment would have
 * @param bucketOf physical name of a resource, as `kv/orders`, where it has or takes over one
 */
export function questionsOf(
  changes: readonly Change[],
  needs: Needs,
  bucketOf: (resource: string) => string | undefined,
): readonly ImpactInquiry[] {
  const inquiries: ImpactInquiry[] = [];
  const schemas = new Map<string, ImpactQuestion>();
  for (const [change, { code, path, severity }] of changes.entries()) {
    if (severity === "safe") continue;
    const { section: kind, name: alias, part: [member] } = changePlace({ code, path });
    if (kind !== "kv" && kind !== "store") continue;
    const resources: ByKey<KvNeed | StoreNeed> = needs.resources[kind];
    const need = Object.hasOwn(resources, alias) ? resources[alias] : undefined;
    const asked = questionOf(code.slice(kind.length + 1), member, need);
    if (asked === undefined) continue;
    // What is at stake then is what the former alias left.
    const whose = code.endsWith(".renamed.retired") ? need?.renamedFrom ?? alias : alias;
    const bucket = bucketOf(resourceKey(kind, whose));
    if (bucket === undefined) continue;
    const question = asked.kind === "schema" ? schemas.get(alias) ?? asked : asked;
    if (question.kind === "schema") schemas.set(alias, question);
    inquiries.push({ change, kind, bucket, question });
  }
  return inquiries;
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
  if (what === "removed" || what === "renamed.retired") return { kind: "all" };
  if (need === undefined || member === undefined) return undefined;
  if (what === "adopted.retention" && "history" in need) {
    return { kind: "retention", keep: need.history, ttlMs: need.ttlMs };
  }
  if (isSettingName(member)) return limitQuestion(member, need);
  return member === "schema" && "schema" in need
    ? { kind: "schema", schema: need.schema }
    : undefined;
}

function limitQuestion(name: SettingName, need: BucketSettings): ImpactQuestion {
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
