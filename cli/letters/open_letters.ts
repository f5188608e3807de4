import { isErr, ok, type Result } from "../../contracts/result.ts";
import { deadStream } from "../../contracts/stored/work_names.ts";
import type { AuthorityRecord } from "../../reconcile/records/authority_record.ts";
import type { Connected } from "../program/connect_command.ts";
import type { ExplainedError } from "../program/command_context.ts";
import { EventSchemas } from "./event_schemas.ts";
import { LetterBox } from "./letter_box.ts";

/** The dead letters of a deployment, and what is known of their events. */
export interface OpenLetters {
  readonly deployment: string;
  readonly box: LetterBox;
  readonly schemas: EventSchemas;
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
  });
}

/** The dead letters that belong to a record. */
export function letterBox(
  { deployment, materialized }: Pick<AuthorityRecord, "deployment" | "materialized">,
  messaging: Connected["messaging"],
): LetterBox {
  const stream = materialized?.bindings.dead ?? deadStream(deployment);
  return new LetterBox(deployment, stream, messaging);
}
