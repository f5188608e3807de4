import type { FoundServer } from "../find_or_start.ts";
import { hasCredentials } from "../probe/server_url.ts";

/**
 * True for a server whose clients log in with keys that Trellis gives. One that asks for credentials and
 * was named without any is such a server: with none of our keys nobody gets in.
 */
export function asksForKeys({ url, identity }: Pick<FoundServer, "url" | "identity">): boolean {
  return identity.authRequired && !hasCredentials(url);
}
