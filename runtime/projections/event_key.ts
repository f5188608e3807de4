import { resolveTokens } from "../../contracts/json/json_pointer.ts";
import { isKvKey } from "../kv/key.ts";

/** The key that an event is folded into; undefined where its body has none there. */
export function eventKey(body: unknown, path: readonly string[]): string | undefined {
  const found = resolveTokens(body, path);
  const key = typeof found === "string" || typeof found === "number" ? String(found) : "";
  return isKvKey(key) ? key : undefined;
}
