import { isRecord } from "../json/json.ts";

const STRING = String.raw`("(?:\\.|[^"\\])*")`;
const COMMENT = new RegExp(String.raw`${STRING}|//[^\n]*|/\*[\s\S]*?\*/`, "g");
const TRAILING_COMMA = new RegExp(String.raw`${STRING}|,(?=\s*[}\]])`, "g");

/** The object in a text of JSON with comments and trailing commas; undefined when there is none. */
export function parseJsonc(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(
      text.replaceAll(COMMENT, "$1").replaceAll(TRAILING_COMMA, "$1"),
    );
    return isRecord(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
