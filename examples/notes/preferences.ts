import type { BodyOf, TrellisClient } from "@qlever-llc/trellis";
import type contract from "./contracts/notes.ts";
import type { Preferences } from "./schemas.ts";

/** The app, with somebody logged in. */
export type Notes = TrellisClient<BodyOf<typeof contract>>;

/** What they have chosen. What an older version of the app has kept is brought up to date. */
export async function readPreferences(client: Notes): Promise<Preferences> {
  const { preferences } = client.state;
  const stored = await preferences.get();
  if ("migrationRequired" in stored) {
    const { value, revision } = stored.entry;
    await preferences.put({ ...value, compact: false }, { expectedRevision: revision });
    // Another device of theirs may have been faster: what counts is what is there now.
    return await readPreferences(client);
  }
  return stored.found ? stored.entry.value : { theme: "light", compact: false };
}
