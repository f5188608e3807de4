import { TrellisClient } from "@qlever-llc/trellis/client";
import contract from "../contracts/notes.ts";
import type { Notes } from "../preferences.ts";
import { NoteList } from "./note_list.ts";
import { onPress, page, showProblem } from "./page.ts";
import { showPreferences } from "./preferences_bar.ts";

try {
  const { trellisUrl } = await (await fetch("/config.json")).json();
  const client = await TrellisClient.connect({ contract, trellisUrl, login: "page" }).orThrow();
  const notes = new NoteList(client);
  await Promise.all([showPreferences(client), notes.refresh()]);
  page.main.hidden = false;
  addEventListener("focus", () => notes.refresh().catch(showProblem));
  onPress(page.logout, async () => {
    await client.logOut().orThrow();
    location.reload();
  });
  await showConnection(client, notes);
} catch (reason) {
  page.connection.textContent = "not connected";
  showProblem(reason);
}

/** Shows how the connection is, and saves what was written meanwhile when it is back. */
async function showConnection({ connection }: Notes, notes: NoteList): Promise<void> {
  for await (const { state, error } of connection.watch()) {
    page.connection.textContent = error === undefined ? state : `${state}: ${error.message}`;
    page.connection.dataset.state = state;
    if (state === "connected") await notes.refresh().catch(showProblem);
  }
}
