import { isErr, ok, type Result } from "../../contracts/result.ts";
import type { QueueKind } from "../../contracts/stored/job_names.ts";
import type { AuthorityRecord } from "../../reconcile/records/authority_record.ts";
import type { LetterBox } from "../letters/letter_box.ts";
import { letterBox } from "../letters/open_letters.ts";
import type { ExplainedError } from "../program/command_context.ts";
import type { Connected } from "../program/connect_command.ts";
import { QueueBox } from "./queue_box.ts";
import { type Queue, queueOf } from "./queues.ts";

/** A queue, what stands in it, and its dead letters. */
export interface OpenQueue {
  readonly record: AuthorityRecord;
  readonly queue: Queue;
  readonly box: QueueBox;
  readonly letters: LetterBox;
}

/** Opens a queue of a deployment; the error says that there is none of the name. */
export async function openQueue(
  { deployment, kind, name }: {
    readonly deployment: string;
    readonly kind: QueueKind;
    readonly name: string;
  },
  { authority, messaging }: Pick<Connected, "authority" | "messaging">,
): Promise<Result<OpenQueue, ExplainedError>> {
  const record = (await authority.show(deployment)).take();
  if (isErr(record)) return record;
  const queue = queueOf(record, kind, name).take();
  if (isErr(queue)) return queue;
  return ok({
    record,
    queue,
    box: new QueueBox(queue, messaging),
    letters: letterBox(record, messaging),
  });
}
