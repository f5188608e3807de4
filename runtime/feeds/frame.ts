import type { SerializableErrorData } from "../../contracts/errors/trellis_error.ts";
import { parseExactJson } from "../../contracts/json/exact_json.ts";
import { isRecord } from "../../contracts/json/json.ts";
import { isErr } from "../../contracts/result.ts";

/**
 * Why a feed has ended: the handler has returned, the service stops and others go on with it, or the subscriber was
 * too slow for a source that many share.
 */
export type FeedEnd =
  | { readonly reason: "done" | "moved" | "slow" }
  | { readonly error: SerializableErrorData };

/** One message to a subscriber; counted from 1 in each subscription. */
export type Frame =
  & { readonly seq: number }
  & (
    | { readonly value: unknown; readonly cursor?: string }
    | { readonly reset: true }
    | { readonly end: FeedEnd }
  );

/** A value, which is JSON already. */
export function valueFrame(seq: number, json: string, cursor: string | undefined): string {
  const place = cursor === undefined ? "" : `"cursor":${JSON.stringify(cursor)},`;
  return `{"seq":${seq},${place}"value":${json}}`;
}

/** Values may be missing before the next. */
export function resetFrame(seq: number): string {
  return `{"seq":${seq},"reset":true}`;
}

/** Nothing follows. */
export function endFrame(seq: number, end: FeedEnd): string {
  return `{"seq":${seq},"end":${JSON.stringify(end)}}`;
}

/** Reads a frame; undefined for what is none. */
export function readFrame(text: string | undefined): Frame | undefined {
  const frame = text === undefined ? undefined : parseExactJson(text).take();
  if (isErr(frame) || !isRecord(frame)) return undefined;
  const { seq, value, cursor, reset, end } = frame;
  if (typeof seq !== "number") return undefined;
  if (reset === true) return { seq, reset };
  if (end !== undefined) {
    const read = readEnd(end);
    return read && { seq, end: read };
  }
  if (value === undefined) return undefined;
  return typeof cursor === "string" ? { seq, value, cursor } : { seq, value };
}

function readEnd(end: unknown): FeedEnd | undefined {
  if (!isRecord(end)) return undefined;
  const { reason, error } = end;
  if (reason === "done" || reason === "moved" || reason === "slow") return { reason };
  if (!isRecord(error) || typeof error.type !== "string") return undefined;
  const { type, message } = error;
  return { error: { ...error, type, message: typeof message === "string" ? message : "" } };
}
