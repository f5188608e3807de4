import { parseExactJson } from "../../contracts/json/exact_json.ts";

/** A person does not read more of a body. */
const MOST_BYTES = 16 * 1024;

/** A body to be read: indented JSON, or what else it is; bytes that are no text as base64. */
export function bodyText(body: Uint8Array): { readonly text: string; readonly cut: boolean } {
  const cut = body.length > MOST_BYTES;
  const shown = cut ? body.subarray(0, MOST_BYTES) : body;
  const text = textOf(shown, cut);
  if (text === undefined) return { text: shown.toBase64(), cut };
  const value = cut ? undefined : parseExactJson(text);
  return { text: value?.isOk() ? JSON.stringify(value.value, null, 2) : text, cut };
}

function textOf(bytes: Uint8Array, cut: boolean): string | undefined {
  try {
    // What is cut may end within a character.
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes, { stream: cut });
  } catch {
    return undefined;
  }
}
