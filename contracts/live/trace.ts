import { parseTraceparent } from "./traceparent.ts";

/** Where a request belongs: its trace, and the request or span that it was sent for. */
export interface TraceContext {
  /** 32 hexadecimal digits. */
  readonly trace: string;
  /** 16 hexadecimal digits; missing where nobody says. */
  readonly parent?: string;
}

const SPAN = /^([0-9a-f]{32})-([0-9a-f]{16})$/;

/** What a request says of its trace. */
export interface TraceClaims {
  /** The reported request that it was sent for, as {@link spanText} writes it. */
  readonly span: string | undefined;
  /** W3C trace context. */
  readonly traceparent: string | undefined;
  readonly requestId: string;
}

/**
 * Where a request belongs, by what it says. Without any trace context its id decides, which the requests that are
 * sent for it have too: so all services that serve a part of it come to the same trace, whoever of them reports.
 */
export function traceOf(claims: TraceClaims): TraceContext {
  const claimed = claimedTrace(claims);
  if (claimed !== undefined) return claimed;
  return { trace: SEEDS.map((seed) => hex(hash(claims.requestId, seed))).join("") };
}

/**
 * The lot of an id of a trace: a number from 0 to 1 that is the same for all who serve a part of the trace. Each reports
 * the traces whose lot is below the share that it can report, so that they report the same ones.
 *
 * @param bytes it stands in them, as ASCII
 */
export function lotOf(bytes: Uint8Array, begin = 0, end = bytes.length): number {
  let value = FIRST_SEED;
  // Ids need not be random, so each of their characters counts.
  for (let i = begin; i < end; i++) value = fnvStep(value, bytes[i]!);
  return mixed(value) / 2 ** 32;
}

/** The span of a request, for those that are sent for it. */
export function spanText(trace: string, span: string): string {
  return `${trace}-${span}`;
}

/** A new span id. */
export function newSpan(): string {
  const [high = 0, low = 0] = crypto.getRandomValues(new Uint32Array(2));
  return hex(high) + hex(low);
}

const FIRST_SEED = 0x811c9dc5;
const SEEDS = [FIRST_SEED, 0x01000193, 0x9e3779b9, 0x85ebca6b];

function claimedTrace({ span, traceparent }: TraceClaims): TraceContext | undefined {
  const [, trace, parent] = (span === undefined ? null : SPAN.exec(span)) ?? [];
  if (trace !== undefined && parent !== undefined) return { trace, parent };
  const claimed = traceparent === undefined ? undefined : parseTraceparent(traceparent);
  return claimed && { trace: claimed.trace, parent: claimed.span };
}

function hex(number: number): string {
  return number.toString(16).padStart(8, "0");
}

/** FNV-1a from a start of its own. */
function hash(text: string, seed: number): number {
  let value = seed;
  for (let i = 0; i < text.length; i++) value = fnvStep(value, text.charCodeAt(i));
  return mixed(value);
}

function fnvStep(value: number, code: number): number {
  return Math.imul(value ^ code, 0x01000193);
}

/** The last step of MurmurHash3: each bit changes all others. */
function mixed(number: number): number {
  let value = Math.imul(number ^ (number >>> 16), 0x85ebca6b);
  value = Math.imul(value ^ (value >>> 13), 0xc2b2ae35);
  return (value ^ (value >>> 16)) >>> 0;
}
