import { isErr, ok, type Result } from "../../contracts/result.ts";
import { deadStream } from "../../contracts/stored/work_names.ts";
import { inParallel } from "../../reconcile/authority/in_parallel.ts";
import { workKeys } from "../../reconcile/consumers/work_row.ts";
import type { AuthorityRecord } from "../../reconcile/records/authority_record.ts";
import type { Connected } from "../program/connect_command.ts";
import type { ExplainedError } from "../program/command_context.ts";
import { EventSchemas } from "./event_schemas.ts";
import { GroupNames } from "./group_names.ts";
import { LetterBox } from "./letter_box.ts";

/** The dead letters of a deployment, and what is known of their events. */
export interface OpenLetters {
  readonly deployment: string;
  readonly box: LetterBox;
  readonly schemas: EventSchemas;
  /** Who is there now; the letters of others stay. */
  readonly groups: GroupNames;
}

/** Opens the dead letters of a deployment; the error says that there is no such deployment. */
export async function openLetters(
  deployment: string,
  { authority, messaging }: Pick<Connected, "authority" | "messaging">,
): Promise<Result<OpenLetters, ExplainedError>> {
  const record = (await authority.show(deployment)).take();
  if (isErr(record)) return record;
  const records = (await authority.list()).take();
  if (isErr(records)) return records;
  return ok({
    deployment,
    box: letterBox(record, messaging),
    schemas: new EventSchemas(records),
    groups: new GroupNames(record.materialized?.bindings),
  });
}

/** The dead letters that belong to a record. */
export function letterBox(
  { deployment, materialized }: Pick<AuthorityRecord, "deployment" | "materialized">,
  messaging: Connected["messaging"],
): LetterBox {
  const { bindings } = materialized ?? {};
  const { dead = deadStream(deployment) } = bindings ?? {};
  return new LetterBox(deployment, dead, new GroupNames(bindings), messaging);
}

/** As many questions to the server at once. */
const IN_FLIGHT = 16;

/** How many dead letters deployments have; those that can have none are left out. */
export async function countLetters(
  records: readonly AuthorityRecord[],
  messaging: Connected["messaging"],
): Promise<Result<ReadonlyMap<string, number>, ExplainedError>> {
  const able = records.filter(canHaveLetters);
  const counts = new Map<string, number>();
  const counted = await inParallel(
    able,
    IN_FLIGHT,
    (record) => letterBox(record, messaging).count(),
  );
  for (const [at, { deployment }] of able.entries()) {
    const count = counted[at]!.take();
    if (isErr(count)) return count;
    counts.set(deployment, count);
  }
  return ok(counts);
}

/** Whether anything of a deployment can have been given up; most are asked nothing. */
export function canHaveLetters(
  { desired, materialized }: Pick<AuthorityRecord, "desired" | "materialized">,
): boolean {
  return materialized?.bindings.dead !== undefined ||
    desired !== undefined && workKeys(desired.needs).size > 0;
}
