import { isErr, ok, type Result } from "../../../contracts/result.ts";
import type { StoreError } from "../store_error.ts";
import type { StorePlace } from "../store_failure.ts";
import type { ObjectStream } from "./object_stream.ts";

/** How far an object has come. */
export interface StoredChunks {
  /** Number of the newest chunk; -1: none. */
  readonly last: number;
  /** Its sequence in the stream; 0: none. */
  readonly sequence: number;
}

/** The newest chunk that the server has of an object that is being written. */
export async function storedChunks(
  stream: ObjectStream,
  subject: string,
  deadline: number,
  place: StorePlace,
): Promise<Result<StoredChunks, StoreError>> {
  const record = (await stream.last(subject, deadline, place)).take();
  if (isErr(record)) return record;
  if (record === undefined) return ok({ last: -1, sequence: 0 });
  const number = /\.(\d+)$/.exec(record.operationId ?? "")?.[1];
  return ok({ last: Number(number ?? -1), sequence: record.sequence });
}
