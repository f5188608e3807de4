import { createHash } from "node:crypto";

/**
 * The name of a write, for those who carry out the same request: all processes that serve it, and the same
 * one when it comes again. Another write of one request, as a second key, has another name.
 *
 * @param what says all that the write depends on
 */
export function operationName(
  { session, requestId }: { readonly session: string; readonly requestId: string },
  ...what: readonly string[]
): string {
  const parts = ["trellis.state.write.v1", session, requestId, ...what];
  const text = parts.map((part) => `${part.length}:${part}`).join("");
  return createHash("sha256").update(text).digest("base64url");
}
