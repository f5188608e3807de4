import { isRecord } from "./json.ts";

/** Appends tokens to a JSON pointer (RFC 6901), escaping `~` and `/`. */
export function appendPointer(base: string, ...tokens: readonly (string | number)[]): string {
  return base +
    tokens.map((token) => `/${String(token).replaceAll("~", "~0").replaceAll("/", "~1")}`).join("");
}

/** Splits a JSON pointer into its tokens; undefined when it is not a pointer. */
export function parsePointer(pointer: string): readonly string[] | undefined {
  if (pointer === "") return [];
  if (!pointer.startsWith("/") || /~(?![01])/.test(pointer)) return undefined;
  return pointer.slice(1).split("/").map((token) =>
    token.replaceAll("~1", "/").replaceAll("~0", "~")
  );
}

/** The value that a JSON pointer names; undefined when there is none. Own members only. */
export function resolvePointer(value: unknown, pointer: string): unknown {
  const tokens = parsePointer(pointer);
  return tokens === undefined ? undefined : resolveTokens(value, tokens);
}

/** The value that the tokens of a JSON pointer name. */
export function resolveTokens(value: unknown, tokens: readonly string[]): unknown {
  let current = value;
  for (const token of tokens) {
    if (Array.isArray(current)) current = /^\d+$/.test(token) ? current[Number(token)] : undefined;
    else if (isRecord(current) && Object.hasOwn(current, token)) current = current[token];
    else return undefined;
  }
  return current;
}
