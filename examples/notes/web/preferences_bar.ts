import { type Notes, readPreferences } from "../preferences.ts";
import type { Preferences } from "../schemas.ts";
import { onPress, page } from "./page.ts";

/** Shows what the person has chosen, and keeps what they choose. */
export async function showPreferences(client: Notes): Promise<void> {
  let chosen = await readPreferences(client);
  const choose = async (next: Preferences) => {
    await client.state.preferences.put(next);
    show(chosen = next);
  };
  show(chosen);
  onPress(
    page.theme,
    () => choose({ ...chosen, theme: chosen.theme === "dark" ? "light" : "dark" }),
  );
  onPress(page.compact, () => choose({ ...chosen, compact: !chosen.compact }));
  // Another device, or another tab, may have chosen meanwhile.
  addEventListener("focus", async () => {
    const now = await readPreferences(client).catch(() => chosen);
    show(chosen = now);
  });
}

function show({ theme, compact }: Preferences): void {
  page.root.dataset.theme = theme;
  page.root.dataset.compact = String(compact);
  page.theme.textContent = theme === "dark" ? "Light" : "Dark";
  page.compact.ariaPressed = String(compact);
}
