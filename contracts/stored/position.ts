/** The event up to which a value is folded. A stream that was made again counts from one again. */
export interface Position {
  /** When the stream was made. */
  readonly created: string;
  readonly sequence: number;
}

/** As it stands in the header of a value. */
export function formatPosition({ created, sequence }: Position): string {
  return `${created}:${sequence}`;
}

/** Reads what {@link formatPosition} made; undefined for anything else. */
export function parsePosition(text: string | undefined): Position | undefined {
  const at = text?.lastIndexOf(":") ?? -1;
  const digits = text?.slice(at + 1) ?? "";
  if (text === undefined || at < 1 || !/^\d{1,15}$/.test(digits)) return undefined;
  return { created: text.slice(0, at), sequence: Number(digits) };
}
