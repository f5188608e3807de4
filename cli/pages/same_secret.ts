import { timingSafeEqual } from "node:crypto";

/** Whether somebody has given a secret; how long it takes says nothing about it. Without one nobody has. */
export function isSameSecret(given: string | undefined, kept: string | undefined): boolean {
  const bytes = new TextEncoder().encode(given ?? "");
  const secret = new TextEncoder().encode(kept ?? "");
  return secret.length > 0 && bytes.length === secret.length && timingSafeEqual(bytes, secret);
}
