/** A span as W3C's `traceparent` names it. */
export interface SpanName {
  /** 32 hexadecimal digits. */
  readonly trace: string;
  /** 16 hexadecimal digits. */
  readonly span: string;
  readonly isSampled: boolean;
}

const TRACEPARENT =
  /^(?!ff)([0-9a-f]{2})-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})(?:$|-)/;

/** Reads a `traceparent`; undefined when it is none. Later versions of it begin in the same way. */
export function parseTraceparent(text: string): SpanName | undefined {
  const [whole = "", version, trace, span, flags] = TRACEPARENT.exec(text) ?? [];
  if (trace === undefined || span === undefined || flags === undefined) return undefined;
  if (version === "00" && whole.length !== text.length) return undefined;
  return { trace, span, isSampled: (parseInt(flags, 16) & 1) === 1 };
}

/** The `traceparent` of a span. */
export function traceparentOf({ trace, span, isSampled }: SpanName): string {
  return `00-${trace}-${span}-0${isSampled ? 1 : 0}`;
}
