/** Why an alias has no bucket, or not the one that it should have. */
import type { ResourceProblem } from "../records/authority_record.ts";
import type { BucketState, FieldChange } from "../resources/bucket.ts";
import { resourceOf, type Subject } from "../resources/kinds.ts";
import type { Owner } from "../resources/owner.ts";
import { RESOURCE_RULES } from "../resources/resource_rules.ts";
import { isSettingName, SETTINGS } from "../resources/settings.ts";
import { changeText } from "../resources/bucket.ts";
import type { LimitChange } from "./judge_drift.ts";

/** A bucket that Trellis did not make has the name that the alias would get. */
export function foreign(subject: Subject): ResourceProblem {
  return problem(
    subject,
    "bucket_not_ours",
    `${the(subject)} exists and was not made by Trellis`,
    `move the ${
      RESOURCE_RULES[subject.kind].noun
    } away or rename the alias; to take it over, take the alias out of the contract and back in: ` +
      "its adoption is then planned",
  );
}

/** The bucket was deleted and another of the same name was made, outside Trellis. */
export function recreated(
  subject: Subject,
  { created }: Pick<BucketState, "created">,
): ResourceProblem {
  return problem(
    subject,
    "bucket_recreated",
    `${the(subject)} was made again at ${created.replace("/", " and ")}, and not by Trellis`,
    "delete it and reconcile to get a new one; to take it over, take the alias out of the contract " +
      "and back in: its adoption is then planned",
  );
}

/** The bucket names another deployment as its owner. */
export function claimed(subject: Subject, owner: Owner): ResourceProblem {
  return problem(
    subject,
    "bucket_claimed",
    `${the(subject)} says that it belongs to ${owner.deployment} (${owner.alias}) now`,
    `correct its metadata (${streamHint("edit", subject)}), or remove the alias from the contract`,
  );
}

/** Every name that an alias could have belongs to another owner. */
export function noNameLeft(subject: Subject, names: readonly string[]): ResourceProblem {
  return problem(
    subject,
    "bucket_not_ours",
    `the ${RESOURCE_RULES[subject.kind].noun}s ${names.join(", ")} all belong to others`,
    "rename the alias, or move one away; their data is untouched",
  );
}

/** Undoing a change that was made outside Trellis would drop data. */
export function costlyRepair(
  subject: Subject,
  changes: readonly FieldChange[],
): ResourceProblem {
  return problem(
    subject,
    "repair_would_drop_data",
    `${the(subject)} was changed outside Trellis; to undo it would drop data: ${textOf(changes)}`,
    `declare ${currentValues(changes)} to keep the data, or undo it yourself: ${
      streamHint("edit", subject)
    }`,
  );
}

/** A bucket that was kept would lose data if its alias was bound to it as it is declared now. */
export function costlyReturn(
  subject: Subject,
  changes: readonly FieldChange[],
): ResourceProblem {
  return problem(
    subject,
    "return_would_drop_data",
    `${the(subject)} was kept with its data, and to bind it as declared would drop some: ${
      textOf(changes)
    }`,
    `declare ${
      currentValues(changes)
    } to keep the data; or take the alias out of the contract and ` +
      "back in: the plan then says what would be lost, and a person decides",
  );
}

/** The server does not let a setting be changed. */
export function stuckSettings(
  subject: Subject,
  changes: readonly FieldChange[],
): ResourceProblem {
  return problem(
    subject,
    "bucket_not_repairable",
    `${the(subject)} is not as it should be, and the server does not let it be changed: ${
      textOf(changes)
    }`,
    "copy its data into one of another name, delete it, and reconcile to have it made again",
  );
}

/** The platform's policy has become tighter than what is in force. */
export function policyDropsData(
  subject: Subject,
  changes: readonly LimitChange[],
): ResourceProblem {
  const limits = changes.map(({ field }) => field).filter(isSettingName)
    .map((name) => SETTINGS[name].policy).join(" and ");
  const declared = changes.map(({ field, to }) => `${field}: ${JSON.stringify(to)}`).join(", ");
  const dropping = problem(
    subject,
    "policy_would_drop_data",
    `${the(subject)} has more than the platform's policy allows (${limits}), and to follow it ` +
      `would drop data: ${textOf(changes)}`,
    `declare ${declared} in the contract: the plan then says what would be lost, and a person ` +
      "decides; or loosen the policy",
  );
  return { ...dropping, command: ["policy", "set"] };
}

/** A bucket that was to be deleted no longer says that it is ours. */
export function notDeleted(
  subject: Subject,
  { owner }: Pick<BucketState, "owner">,
): ResourceProblem {
  const meant = `${the(subject)} was to be deleted, but`;
  if (owner === undefined) {
    return problem(
      subject,
      "bucket_not_ours",
      `${meant} no longer says that it belongs to ${subject.alias}`,
      `delete it yourself if it is still meant: ${streamHint("rm", subject)}`,
    );
  }
  return problem(
    subject,
    "bucket_claimed",
    `${meant} says that it belongs to ${owner.deployment} (${owner.alias}) now; it is kept`,
    `if it is still meant, correct its metadata (${streamHint("edit", subject)}) and ` +
      `reconcile, or delete it yourself (${streamHint("rm", subject)})`,
  );
}

function the({ kind, name }: Subject): string {
  return `the ${RESOURCE_RULES[kind].noun} ${name}`;
}

function textOf(changes: readonly FieldChange[]): string {
  return changes.map(changeText).join(", ");
}

function currentValues(changes: readonly FieldChange[]): string {
  return changes.map(({ field, from }) => `${field}: ${JSON.stringify(from)}`).join(", ");
}

function streamHint(verb: "edit" | "rm", { kind, name }: Subject): string {
  const streams = RESOURCE_RULES[kind].streams(name);
  return streams.map((stream) => `nats stream ${verb} ${stream}`).join(" and ");
}

function problem(subject: Subject, code: string, message: string, hint: string): ResourceProblem {
  return { resource: resourceOf(subject), code, message, hint, retryable: false };
}
