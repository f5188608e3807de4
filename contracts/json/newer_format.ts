import { isRecord, readJson } from "./json.ts";

/**
 * The format of something that a newer Trellis has written, as `trellis.user.v2`; undefined for everything else.
 * Whoever meets one stops, and guesses nothing.
 *
 * @param value what was read, or its text
 * @param known the newest format that is known here, as `trellis.user.v1`
 */
export function newerFormat(
  value: unknown,
  known: `trellis.${string}.v${number}`,
): string | undefined {
  const content = typeof value === "string" ? readJson(value) : value;
  const format = isRecord(content) ? content.format : undefined;
  if (typeof format !== "string") return undefined;
  const [name, newest] = splitFormat(known);
  const [given, version] = splitFormat(format);
  return given === name && Number.isSafeInteger(version) && version > newest ? format : undefined;
}

function splitFormat(format: string): readonly [name: string, version: number] {
  const at = format.lastIndexOf(".v");
  const version = format.slice(at + 2);
  return [format.slice(0, at), /^\d+$/.test(version) ? Number(version) : NaN];
}
