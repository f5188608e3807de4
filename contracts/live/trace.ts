/** Where a request belongs: its trace, and the request or span that it was sent for. */
export interface TraceContext {
  /** 32 hexadecimal digits. */
  readonly trace: string;
  /** 16 hexadecimal digits; missing where nobody says. */
  readonly parent?: string;
}

const TRACEPARENT = /^(?!ff)[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}(?:$|-)/;
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
 * A number from 0 to 1 that is the same for all who serve a part of a trace: each reports the traces whose number
 * is below the share that it can report, so that they report the same ones. Made for each request while somebody
 * watches, so it is the end of {@link traceOf} without the rest.
 */
export function lotOf(claims: TraceClaims): number {
  const trace = claimedTrace(claims)?.trace;
  const end = trace === undefined
    ? hash(claims.requestId, LAST_SEED)
    : Number.parseInt(trace.slice(-8), 16);
  // Ids of traces need not be random.
  return mixed(end) / 2 ** 32;
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

const LAST_SEED = 0x85ebca6b;
const SEEDS = [0x811c9dc5, 0x01000193, 0x9e3779b9, LAST_SEED];

function claimedTrace({ span, traceparent }: TraceClaims): TraceContext | undefined {
  const [, trace, parent] = (span === undefined ? null : SPAN.exec(span)) ??
    (traceparent === undefined ? null : TRACEPARENT.exec(traceparent)) ?? [];
  return trace === undefined || parent === undefined ? undefined : { trace, parent };
}

function hex(number: number): string {
  return number.toString(16).padStart(8, "0");
}

/** FNV-1a from a start of its own. */
function hash(text: string, seed: number): number {
  let value = seed;
  for (let i = 0; i < text.length; i++) value = Math.imul(value ^ text.charCodeAt(i), 0x01000193);
  return mixed(value);
}

/** The last step of MurmurHash3: each bit changes all others. */
function mixed(number: number): number {
  let value = Math.imul(number ^ (number >>> 16), 0x85ebca6b);
  value = Math.imul(value ^ (value >>> 13), 0xc2b2ae35);
  return (value ^ (value >>> 16)) >>> 0;
}
