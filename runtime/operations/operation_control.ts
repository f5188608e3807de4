import type { OperationRecord } from "../../contracts/stored/operation_record.ts";
import { type Validator, validatorOf } from "../../contracts/schema/validator.ts";
import type { FileCommit, SendTerms } from "../transfer/send/send_terms.ts";
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

/** The same about the file that is sent with it. */
export type FileRequest =
  /** What has come of it. */
  | { readonly action: "sent"; readonly id: string }
  /** All of it was sent. */
  | { readonly action: "commit"; readonly id: string } & FileCommit;

/** An operation as it is stored, and since when; the answer to a start, and to whatever is asked of one. */
export interface StoredOperation {
  readonly record: OperationRecord;
  /** Sequence of the record; 0 while it has none. */
  readonly revision: number;
  /** How its file is to be sent, where one comes with it. */
  readonly transfer?: SendTerms;
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
    transfer: {
      type: "object",
      required: ["chunkBytes", "expiresAt"],
      properties: {
        chunkBytes: { type: "integer", minimum: 1 },
        maxBytes: { type: "integer", minimum: 0 },
        expiresAt: { type: "string" },
        there: {
          type: "array",
          items: { type: "array", items: { type: "integer" }, minItems: 2, maxItems: 2 },
        },
        seen: {
          type: "array",
          items: { type: "array", minItems: 2 },
        },
        commit: { type: "integer" },
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
