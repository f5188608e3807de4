import type { Change, ChangeCode } from "../changes/change.ts";
import type { Impact, ImpactQuestion } from "../changes/impact.ts";
import { type ImpactInquiry, questionsOf } from "./impact_questions.ts";
import type { Needs } from "../needs/need_types.ts";
import type { BucketScanner, ScanOptions } from "./bucket_scanner.ts";
import { resourceKey, type ResourceKind } from "../resources/kinds.ts";

/** Changes, what the deployment would have after them, and how to look at its data. */
export interface ImpactRequest {
  readonly changes: readonly Change[];
  readonly needs: Needs;
  /** Physical name of a resource, as `kv/orders`, where it has or takes over one. */
  readonly bucketOf: (resource: string) => string | undefined;
  readonly scanner: BucketScanner;
  /** For each bucket. */
  readonly options?: ScanOptions;
}

/** Changes with what they mean for the data, as far as that could be found out. */
export interface MeasuredChanges {
  readonly changes: readonly Change[];
  /** A sentence for each bucket that could not be looked at; its changes have no impact. */
  readonly problems: readonly string[];
}

/**
 * Finds out what dangerous changes mean for the data that is there, in one pass over each bucket. Says
 * so where that fails, and leaves the change as it is. The doubt whether the values of
 * another writer or of an earlier version fit goes away when each of them was seen to fit.
 */
export async function measureImpact(request: ImpactRequest): Promise<MeasuredChanges> {
  const { changes, needs, bucketOf, scanner, options } = request;
  const impacts = new Map<number, Impact>();
  /** Changes of buckets that are not there. */
  const absent = new Set<number>();
  const problems: string[] = [];
  const byBucket = Map.groupBy(
    questionsOf(changes, needs, bucketOf),
    ({ kind, bucket }) => resourceKey(kind, bucket),
  );
  for (const inquiries of byBucket.values()) {
    const [{ kind, bucket } = { kind: "kv", bucket: "" } as const] = inquiries;
    const questions = [...new Set(inquiries.map(({ question }) => question))];
    const scanned = await scanKind(scanner, kind, bucket, questions, options);
    if (scanned.isErr()) {
      const { message, hint } = scanned.error;
      problems.push(`what this means for the data in ${bucket} is not known: ${message}; ${hint}`);
    } else if (scanned.value.length === 0) {
      for (const { change } of inquiries) absent.add(change);
    } else assign(impacts, inquiries, questions, scanned.value);
  }
  const measured = changes.flatMap((change, place) => {
    const impact = impacts.get(place);
    if (impact === undefined) {
      return absent.has(place) && change.code.startsWith("schema.property.") ? [] : [change];
    }
    return isUnfounded(change, impact) ? [] : [{ ...change, impact }];
  });
  return { changes: measured, problems };
}

/** Scans a bucket or a store. */
export function scanKind(
  scanner: BucketScanner,
  kind: ResourceKind,
  name: string,
  questions: readonly ImpactQuestion[],
  options?: ScanOptions,
): ReturnType<BucketScanner["scan"]> {
  return kind === "kv"
    ? scanner.scan(name, questions, options)
    : scanner.scanStore(name, questions, options);
}

function assign(
  impacts: Map<number, Impact>,
  inquiries: readonly ImpactInquiry[],
  questions: readonly ImpactQuestion[],
  answers: readonly Impact[],
): void {
  for (const { change, question } of inquiries) {
    const impact = answers[questions.indexOf(question)];
    if (impact !== undefined) impacts.set(change, impact);
  }
}

function isUnfounded(change: Change, { complete, revisions }: Impact): boolean {
  return WORRIES.has(change.code) && complete && revisions === 0;
}

/** Changes that are dangerous only because of what may be stored. */
const WORRIES: ReadonlySet<ChangeCode> = new Set<ChangeCode>([
  "kv.adopted.schema",
  "kv.reattached.schema",
  "schema.property.reused",
  "schema.property.declared",
]);
