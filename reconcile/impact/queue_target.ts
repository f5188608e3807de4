import type { JsonObject } from "../../contracts/json/json.ts";
import { type QueueKind, queueName } from "../../contracts/stored/job_names.ts";
import type { Change } from "../changes/change.ts";
import { changePlace } from "../changes/change_place.ts";
import { payloadVersions } from "../diff/diff_queue.ts";
import { getOwn } from "../diff/diff_report.ts";
import type { ByKey, Needs } from "../needs/need_types.ts";
import type { AuthorityRecord } from "../records/authority_record.ts";

/** What is to be found out about what is in a queue. */
export type QueueQuestion =
  /** All of it. */
  | { readonly kind: "all" }
  /** What is of no version that can be read, or does not fit the schema of its version. */
  | { readonly kind: "refused"; readonly versions: ByKey<JsonObject | boolean> }
  /** What has been tried so often already. */
  | { readonly kind: "spent"; readonly tries: number }
  /** What waits where its key before has led. */
  | { readonly kind: "misplaced" };

/** A queue, as it stands on the server. */
export interface QueueTarget {
  readonly deployment: string;
  readonly kind: QueueKind;
  /** As it is declared. */
  readonly alias: string;
  /** As it stands in subjects. */
  readonly queue: string;
  /** Its consumers by stream and name. */
  readonly consumers: readonly string[];
  readonly question: QueueQuestion;
}

/** The queue whose work a change concerns, and what is to be found out there; undefined for other changes. */
export function queueTarget(
  change: Change,
  { deployment, desired, materialized }: AuthorityRecord,
  needs: Needs,
): QueueTarget | undefined {
  if (change.severity === "safe") return undefined;
  const { section, name, part } = changePlace(change);
  const asked = section === "jobs"
    ? { kind: "job" as const, alias: name, question: jobQuestion(change, part, needs, name) }
    : section === "surfaces"
    ? operationAsked(change, part, desired?.needs, needs, name)
    : undefined;
  if (asked?.question === undefined) return undefined;
  const { kind, alias, question } = asked;
  const queue = queueName(alias);
  const bound = materialized?.work?.[`${kind}/${queue}`];
  if (bound === undefined) return undefined;
  return { deployment, kind, alias, queue, consumers: Object.keys(bound.consumers), question };
}

function jobQuestion(
  { code, after }: Change,
  [member]: readonly string[],
  { jobs }: Needs,
  name: string,
): QueueQuestion | undefined {
  if (code === "job.removed") return { kind: "all" };
  if (code === "job.key.changed") return { kind: "misplaced" };
  if (code === "job.tries.decreased") return { kind: "spent", tries: Number(after) };
  const need = getOwn(jobs, name);
  const isPayload = member === "payload" || member === "payloadVersion" ||
    member === "acceptedVersions";
  return need === undefined || !isPayload
    ? undefined
    : { kind: "refused", versions: payloadVersions(need) };
}

function operationAsked(
  { code, after }: Change,
  [member, schema]: readonly string[],
  before: Needs | undefined,
  { surfaces }: Needs,
  subject: string,
) {
  const surface = getOwn(surfaces, subject) ?? getOwn(before?.surfaces, subject);
  if (surface?.kind !== "operations") return undefined;
  const of = (question: QueueQuestion) =>
    ({ kind: "operation", alias: surface.name, question }) as const;
  if (code === "surface.removed") return of({ kind: "all" });
  if (code === "operation.key.changed") return of({ kind: "misplaced" });
  if (code === "operation.tries.decreased") return of({ kind: "spent", tries: Number(after) });
  // What is refused by the new schema was started with the old one.
  return member === "schemas" && schema === "input" && code.startsWith("schema.")
    ? of({ kind: "refused", versions: { v1: surface.schemas.input ?? true } })
    : undefined;
}
