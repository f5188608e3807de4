import type { OperationRecord } from "../../contracts/stored/operation_record.ts";
import { type Validator, validatorOf } from "../../contracts/schema/validator.ts";
import { readJson } from "../../contracts/json/json.ts";

/** What is asked of an operation that was started, as the body of a request to `….control`. */
export type ControlRequest =
  | { readonly action: "get"; readonly id: string }
  /** Has its record sent to {@link watchInbox} whenever it changes. */
  | { readonly action: "watch"; readonly id: string; readonly inbox: string }
  | { readonly action: "cancel"; readonly id: string; readonly reason?: string }
  | {
    readonly action: "signal";
    readonly id: string;
    readonly name: string;
    readonly input: unknown;
  };

/** An operation as it is stored, and since when; the answer to a start, and to whatever is asked of one. */
export interface StoredOperation {
  readonly record: OperationRecord;
  /** Sequence of the record; 0 while it has none. */
  readonly revision: number;
}

/** Checks answers. Their records are written by Trellis alone. */
export const OPERATION_ANSWER: Validator = validatorOf({
  required: ["record", "revision"],
  properties: {
    record: {
      type: "object",
      required: ["id", "state", "attempt"],
      properties: {
        id: { type: "string" },
        state: { type: "string" },
        attempt: { type: "integer" },
        claim: { type: "string" },
      },
    },
  },
});

/** Where a session has the changes of an operation delivered; nobody else can subscribe to it. */
export function watchInbox(inboxPrefix: string, inbox: string): string {
  return `${inboxPrefix}.watch.${inbox}`;
}

/** The consumer that delivers there. */
export function watchConsumer(inbox: string): string {
  return `watch_${inbox}`;
}

/** A stored record by its bytes; undefined for what is none. */
export function readOperationRecord(bytes: Uint8Array): OperationRecord | undefined {
  const value = readJson(new TextDecoder().decode(bytes));
  const isOne = OPERATION_ANSWER.check({ record: value, revision: 0 });
  return isOne ? value as OperationRecord : undefined;
}
