import { isErr, ok, type Result } from "../../../contracts/result.ts";
import type { StoreError } from "../store_error.ts";
import { headerValue } from "../../nats/headers/received_headers.ts";
import { OPERATION_ID_HEADER } from "../../nats/jetstream/publish_headers.ts";
import type { OperationContext } from "../../operation_context.ts";
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
  context: OperationContext,
): Promise<Result<StoredChunks, StoreError>> {
  const message = (await stream.last(subject, deadline, context)).take();
  if (isErr(message)) return message;
  if (message === undefined) return ok({ last: -1, sequence: 0 });
  const number = /\.(\d+)$/.exec(headerValue(message.headers, OPERATION_ID_HEADER) ?? "")?.[1];
  return ok({ last: Number(number ?? -1), sequence: message.sequence });
}
