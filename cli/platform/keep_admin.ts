import { sessionOf } from "../../contracts/identity/caller.ts";
import type { SessionRecord } from "../../contracts/stored/session_record.ts";
import type { SessionStore } from "../../runtime/platform/session_store.ts";

/**
 * Writes the session of the first admin, unless it is there: one that was revoked stays so. Rejects when it
 * cannot be read: what is not known must not be written over.
 */
export async function keepAdmin(
  sessions: Pick<SessionStore, "get" | "create" | "put">,
  admin: SessionRecord,
): Promise<void> {
  try {
    const known = await sessions.get(sessionOf(admin.publicKey));
    if (known === undefined) await sessions.create(admin);
  } catch (cause) {
    // A damaged record keeps the admin out, so it is written again.
    if (!(cause instanceof TypeError)) throw cause;
    await sessions.put(admin);
  }
}
