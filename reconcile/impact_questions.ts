import { parsePointer } from "../contracts/json_pointer.ts";
import type { Change } from "./change.ts";
import type { ImpactQuestion } from "./impact.ts";
import type { KvNeed, Needs } from "./needs.ts";

/** What is to be asked about a bucket before a change may happen. */
export interface ImpactInquiry {
  /** Place of the change. */
  readonly change: number;
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
    // Stores hold objects, whose keys, sizes and ages are in an index: they need questions of their own.
    if (section !== "resources" || kind !== "kv" || alias === undefined) continue;
    const need = Object.hasOwn(needs.resources.kv, alias) ? needs.resources.kv[alias] : undefined;
    const asked = questionOf(code, member, need);
    if (asked === undefined) continue;
    const bucket = bucketOf(`kv/${alias}`);
    if (bucket === undefined) continue;
    const question = asked.kind === "schema" ? schemas.get(alias) ?? asked : asked;
    if (question.kind === "schema") schemas.set(alias, question);
    inquiries.push({ change, bucket, question });
  }
  return inquiries;
}

function questionOf(
  code: string,
  member: string | undefined,
  need: KvNeed | undefined,
): ImpactQuestion | undefined {
  if (code === "kv.removed") return { kind: "all" };
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
      return { kind: "schema", schema };
  }
  const ofSchema = member === "schema" && code.startsWith("schema.");
  return ofSchema || code === "kv.schema.changed" ? { kind: "schema", schema } : undefined;
}
