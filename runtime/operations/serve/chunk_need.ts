import { isErr } from "../../../contracts/result.ts";
import { isEnded, type OperationRecord } from "../../../contracts/stored/operation_record.ts";
import type { SendPlace } from "../../transfer/send/send_place.ts";
import type { ChunkNeed } from "../../transfer/send/sweep_chunks.ts";
import { findOperation } from "./find_operation.ts";
import { deadlineOf, type OperationPlace } from "./operation_place.ts";

/** Whether an operation still waits for what was sent for it. */
export async function chunkNeed(
  place: OperationPlace,
  file: SendPlace,
  id: string,
): Promise<ChunkNeed> {
  const found = (await findOperation(place, id)).take();
  if (isErr(found)) return found.error.reason === "not_found" ? "none" : "unknown";
  const { record } = found;
  const isOver = isEnded(record.state) || record.transfer?.state === "stored" ||
    await place.now() > expiryOf(place, file, record);
  return isOver ? "none" : { owner: record.owner, since: record.createdAt };
}

/** When the time to send the file of an operation is over, in milliseconds since 1970. */
export function expiryOf(
  place: OperationPlace,
  file: SendPlace,
  { createdAt }: Pick<OperationRecord, "createdAt">,
): number {
  return file.expiryOf({ createdAt, deadline: deadlineOf(place, { createdAt }) });
}
