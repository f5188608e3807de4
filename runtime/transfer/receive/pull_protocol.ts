/** What a caller asks for who was granted a file, and what it is answered. */
import { TransferError } from "../../../contracts/errors/transfer_error.ts";
import type { ErrorClass } from "../../../contracts/errors/trellis_error.ts";
import { type Validator, validatorOf } from "../../../contracts/schema/validator.ts";
import { pullSubject } from "../../../contracts/stored/transfer_names.ts";
import type { CalledSurface } from "../../rpc/called_surface.ts";

/** Bytes that a caller asks for at once. */
export const WINDOW_BYTES: number = 6 << 20;

/** What is asked for. */
export interface PullRequest {
  /** Id of the grant. */
  readonly grant: string;
  /** The first byte, counted from that of the file. */
  readonly from: number;
  /** How many. */
  readonly bytes: number;
  /** Where they are to be sent, in the inbox of the session: see `pullInbox`. */
  readonly inbox: string;
}

/** What is on its way: messages that hold the bytes of the file and nothing else, in order. */
export interface PullAnswer {
  /** The first byte that comes, at or before the first that was asked for. */
  readonly at: number;
  /** Bytes that come, at least one that was asked for where there is one. */
  readonly bytes: number;
  /** Messages that hold them. */
  readonly chunks: number;
}

const TOKEN = { type: "string", pattern: "^[A-Za-z0-9_-]{1,64}$" };
const COUNT = { type: "integer", minimum: 0, maximum: Number.MAX_SAFE_INTEGER };

const REQUEST = validatorOf({
  type: "object",
  required: ["grant", "from", "bytes", "inbox"],
  properties: { grant: TOKEN, from: COUNT, bytes: COUNT, inbox: TOKEN },
});

const ANSWER: Validator = validatorOf({
  type: "object",
  required: ["at", "bytes", "chunks"],
  properties: { at: COUNT, bytes: COUNT, chunks: COUNT },
});

const ERRORS: ReadonlyMap<string, ErrorClass> = new Map([["TransferError", TransferError]]);

/** Where what a surface has granted is asked for. @param subject of the surface */
export function pullSurface(name: string, subject: string): CalledSurface {
  return {
    name: `${name}.pull`,
    subject: pullSubject(subject),
    input: REQUEST,
    output: ANSWER,
    declared: ERRORS,
    capabilities: [],
  };
}

/** The consumer that sends a window, by its inbox. */
export function pullConsumer(inbox: string): string {
  return `pull_${inbox}`;
}
