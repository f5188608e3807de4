import { parsePointer } from "../../contracts/json/json_pointer.ts";
import type { Change } from "../changes/change.ts";
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
    const [section, kind, alias, member] = parsePointer(path) ?? [];
    if (section !== "resources" || alias === undefined) continue;
    if (kind !== "kv" && kind !== "store") continue;
    const asked = kind === "kv"
      ? kvQuestion(code, member, own(needs.resources.kv, alias))
      : storeQuestion(code, member, own(needs.resources.store, alias));
    if (asked === undefined) continue;
    const { renamedFrom = alias } = own<Renamed>(needs.resources[kind], alias) ?? {};
    // What is at stake then is what the former alias left.
    const whose = code.endsWith(".renamed.retired") ? renamedFrom : alias;
    const bucket = bucketOf(resourceKey(kind, whose));
    if (bucket === undefined) continue;
    const question = asked.kind === "schema" ? schemas.get(alias) ?? asked : asked;
    if (question.kind === "schema") schemas.set(alias, question);
    inquiries.push({ change, kind, bucket, question });
  }
  return inquiries;
}

function kvQuestion(
  code: string,
  member: string | undefined,
  need: KvNeed | undefined,
): ImpactQuestion | undefined {
  if (code === "kv.removed" || code === "kv.renamed.retired") return { kind: "all" };
  if (need === undefined) return undefined;
  const { schema, history, ttlMs, maxValueBytes } = need;
  switch (code) {
    case "kv.history.reduced":
      return { kind: "history", keep: history };
    case "kv.ttl.added":
    case "kv.ttl.reduced":
      return { kind: "ttl", ttlMs };
    case "kv.maxValueBytes.added":
    case "kv.maxValueBytes.reduced":
    case "kv.adopted.limits":
      return { kind: "maxValueBytes", limit: maxValueBytes };
    case "kv.adopted.retention":
      return { kind: "retention", keep: history, ttlMs };
    case "kv.adopted.schema":
    case "kv.reattached.schema":
      return { kind: "schema", schema };
  }
  const ofSchema = member === "schema" && code.startsWith("schema.");
  return ofSchema || code === "kv.schema.changed" ? { kind: "schema", schema } : undefined;
}

function storeQuestion(
  code: string,
  member: string | undefined,
  need: StoreNeed | undefined,
): ImpactQuestion | undefined {
  if (code === "store.removed" || code === "store.renamed.retired") return { kind: "all" };
  if (need === undefined) return undefined;
  const { ttlMs, maxTotalBytes, maxObjectBytes } = need;
  switch (code) {
    case "store.ttl.added":
    case "store.ttl.reduced":
    case "store.adopted.retention":
      return { kind: "ttl", ttlMs };
    case "store.maxTotalBytes.added":
    case "store.maxTotalBytes.reduced":
      return { kind: "maxTotalBytes", limit: maxTotalBytes };
    case "store.maxObjectBytes.added":
    case "store.maxObjectBytes.reduced":
      return { kind: "maxValueBytes", limit: maxObjectBytes };
    case "store.adopted.limits":
      return member === "maxTotalBytes"
        ? { kind: "maxTotalBytes", limit: maxTotalBytes }
        : { kind: "maxValueBytes", limit: maxObjectBytes };
  }
  return undefined;
}

interface Renamed {
  readonly renamedFrom?: string;
}

function own<T>(map: ByKey<T>, key: string): T | undefined {
  return Object.hasOwn(map, key) ? map[key] : undefined;
}
