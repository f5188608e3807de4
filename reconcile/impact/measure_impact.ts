import type { Change, ChangeCode } from "../changes/change.ts";
import type { Impact, ImpactQuestion } from "../changes/impact.ts";
import { type BucketScanner, type ScanOptions, scanTarget, targetName } from "./bucket_scanner.ts";
import { type ChangedNeeds, type ImpactInquiry, questionsOf } from "./impact_questions.ts";

/** Changes, what the deployment would have after them, and how to look at its data. */
export interface ImpactRequest extends ChangedNeeds {
  readonly changes: readonly Change[];
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
  const { changes, scanner, options } = request;
  const impacts = new Map<number, Impact>();
  /** Changes of buckets that are not there. */
  const absent = new Set<number>();
  const problems: string[] = [];
  const byTarget = Map.groupBy(
    questionsOf(changes, request),
    ({ target }) => JSON.stringify(target),
  );
  for (const inquiries of byTarget.values()) {
    const [first] = inquiries;
    if (first === undefined) continue;
    const { target } = first;
    const questions = [...new Set(inquiries.map(({ question }) => question))];
    const scanned = await scanTarget(scanner, target, questions, options);
    if (scanned.isErr()) {
      const { message, hint } = scanned.error;
      const isBucket = target.kind === "kv" || target.kind === "store";
      const what = isBucket ? target.name : targetName(target);
      problems.push(`what this means for the data in ${what} is not known: ${message}; ${hint}`);
    } else if (scanned.value.length === 0) {
      for (const { change } of inquiries) absent.add(change);
    } else assign(impacts, inquiries, questions, scanned.value);
  }
  const measured = changes.flatMap((change, place) => {
    const impact = impacts.get(place);
    if (impact === undefined) {
      return absent.has(place) && DOUBTS.has(change.code) ? [] : [change];
    }
    return isUnfounded(change, impact) ? [] : [{ ...change, impact }];
  });
  return { changes: measured, problems };
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

/** True for a change that is dangerous only because of what may be stored, and nothing of it is. */
export function isUnfounded(change: Change, { complete, revisions }: Impact): boolean {
  return WORRIES.has(change.code) && complete && revisions === 0;
}

/** Changes that are dangerous only because of what this deployment may have stored. */
const DOUBTS: ReadonlySet<ChangeCode> = new Set<ChangeCode>([
  "schema.property.reused",
  "schema.property.declared",
  "state.version.reused",
]);

/** Changes that are dangerous only because of what may be stored. */
const WORRIES: ReadonlySet<ChangeCode> = new Set<ChangeCode>([
  ...DOUBTS,
  "kv.adopted.schema",
  "kv.reattached.schema",
  "job.tries.decreased",
  "job.key.changed",
  "operation.tries.decreased",
  "operation.key.changed",
]);
