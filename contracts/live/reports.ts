/**
 * What is reported to those who watch. Never what a request says: only that it was, and how it ended.
 *
 * @module
 */
import { type Static, Type } from "@sinclair/typebox";
import { readJson } from "../json/json.ts";
import { type Validator, validatorOf } from "../schema/validator.ts";

const Text = (maxLength: number) => Type.String({ maxLength });
const Count = Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER });

/** One request that a service has answered, or event that it has handled. */
export const RequestReportSchema = Type.Object({
  /** W3C trace id: 32 hexadecimal digits. */
  trace: Type.String({ pattern: "^[0-9a-f]{32}$" }),
  /** This request in the trace: 16 hexadecimal digits. */
  span: Type.String({ pattern: "^[0-9a-f]{16}$" }),
  /** The request, or the span of somebody else, that it was sent for. */
  parent: Type.Optional(Type.String({ pattern: "^[0-9a-f]{16}$" })),
  /** The caller's id of it. */
  request: Text(128),
  /** Name of the RPC, or of the event. */
  rpc: Text(128),
  /** The last token of its subject: who asks, in which session. Of an event the group that handles it. */
  caller: Text(128),
  /** The group, where it is an event that was handled. */
  group: Type.Optional(Text(128)),
  /** Digest of the caller's contract, as the caller says. */
  callerDigest: Type.Optional(Text(64)),
  /** When it arrived, in milliseconds since 1970, by the clock of the service. */
  at: Type.Number({ minimum: 0, maximum: 8.64e15 }),
  /** How long it took, in milliseconds. */
  ms: Type.Number({ minimum: 0 }),
  /** `ok`, or the type of the error. */
  code: Text(128),
  /** Bytes of the body that came, and of the one that went. */
  bytesIn: Count,
  bytesOut: Count,
});
/** One request that a service has answered. */
export type RequestReport = Static<typeof RequestReportSchema>;

/** What an instance of a service reports at once. */
export const RequestBatchSchema = Type.Object({
  format: Type.Literal("trellis.requests.v1"),
  deployment: Text(128),
  contract: Text(128),
  /** Requests that arrived since its last report. */
  seen: Count,
  /** Those of them that nobody will be told of. */
  leftOut: Count,
  /** From 0 to 1: the part of all traces that this instance could report. */
  share: Type.Number({ minimum: 0, maximum: 1 }),
  requests: Type.Array(RequestReportSchema, { maxItems: 500 }),
});
/** What an instance of a service reports at once. */
export type RequestBatch = Static<typeof RequestBatchSchema>;

/** One step of a reconcile. */
export const StepReportSchema = Type.Object({
  format: Type.Literal("trellis.step.v1"),
  deployment: Text(128),
  /** Its kind, as `repaired`. */
  kind: Text(64),
  /** One line for a person. */
  text: Text(2000),
  /** When, in milliseconds since 1970. */
  at: Type.Number({ minimum: 0, maximum: 8.64e15 }),
});
/** One step of a reconcile. */
export type StepReport = Static<typeof StepReportSchema>;

/** More is not read. */
const MAX_BYTES = 512 * 1024;

/** Reads what an instance reports; undefined when it is no such report. */
export function parseRequestBatch(text: string): RequestBatch | undefined {
  return parsed<RequestBatch>(text, validatorOf(RequestBatchSchema));
}

/** Reads what a Trellis process reports; undefined when it is no such report. */
export function parseStepReport(text: string): StepReport | undefined {
  return parsed<StepReport>(text, validatorOf(StepReportSchema));
}

function parsed<T>(text: string, validator: Validator): T | undefined {
  const value = text.length > MAX_BYTES ? undefined : readJson(text);
  // The schema that it fits is the one that its type is derived from.
  return value !== undefined && validator.check(value) ? value as T : undefined;
}
