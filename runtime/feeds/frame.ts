import type { SerializableErrorData } from "../../contracts/errors/trellis_error.ts";
import { parseExactJson } from "../../contracts/json/exact_json.ts";
import { isRecord } from "../../contracts/json/json.ts";
import { isErr } from "../../contracts/result.ts";

const OPEN = 0x5b, COMMA = 0x2c, CLOSE = 0x5d;

/**
 * Why a feed has ended: the handler has returned, the service stops and others go on with it, or the subscriber was
 * too slow for a source that many share.
 */
export type FeedEnd =
  | { readonly reason: "done" | "moved" | "slow" }
  | { readonly error: SerializableErrorData };

/** What goes to a subscriber, alone or with others that are ready; counted from 1 in each subscription. */
export type Frame =
  & { readonly seq: number }
  & (
    | { readonly value: unknown; readonly cursor?: string }
    | { readonly reset: true; readonly why?: string }
    | { readonly end: FeedEnd }
  );

/** A value, which is JSON already. */
export function valueFrame(seq: number, json: string, cursor: string | undefined): string {
  const place = cursor === undefined ? "" : `"cursor":${JSON.stringify(cursor)},`;
  return `{"seq":${seq},${place}"value":${json}}`;
}

/** Values may be missing before the next, perhaps it is known why. */
export function resetFrame(seq: number, why: string | undefined): string {
  return why === undefined
    ? `{"seq":${seq},"reset":true}`
    : `{"seq":${seq},"reset":true,"why":${JSON.stringify(why)}}`;
}

/** Nothing follows. */
export function endFrame(seq: number, end: FeedEnd): string {
  return `{"seq":${seq},"end":${JSON.stringify(end)}}`;
}

/** Frames that are ready at once as one message: a list of more than one. */
export function joinFrames(frames: readonly Uint8Array[]): Uint8Array {
  const [only] = frames;
  if (only !== undefined && frames.length === 1) return only;
  const list = new Uint8Array(frames.reduce((size, { length }) => size + length + 1, 1));
  let at = 0;
  for (const frame of frames) {
    list[at] = at === 0 ? OPEN : COMMA;
    list.set(frame, at + 1);
    at += frame.length + 1;
  }
  list[at] = CLOSE;
  return list;
}

/** Reads the frames of a message; undefined for what holds anything else. */
export function readFrames(text: string | undefined): readonly Frame[] | undefined {
  const read = text === undefined ? undefined : parseExactJson(text).take();
  if (isErr(read)) return undefined;
  const frames: Frame[] = [];
  for (const value of Array.isArray(read) ? read : [read]) {
    const frame = readFrame(value);
    if (frame === undefined) return undefined;
    frames.push(frame);
  }
  return frames;
}

function readFrame(frame: unknown): Frame | undefined {
  if (!isRecord(frame)) return undefined;
  const { seq, value, cursor, reset, why, end } = frame;
  if (typeof seq !== "number") return undefined;
  if (reset === true) return typeof why === "string" ? { seq, reset, why } : { seq, reset };
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
