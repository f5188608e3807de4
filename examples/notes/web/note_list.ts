import type { Notes } from "../preferences.ts";
import { type Folder, OpenNote, type Standing } from "./open_note.ts";
import { onPress, page } from "./page.ts";

const PAGE_SIZE = 20;

/** The two folders of notes, as the person sees them. */
const FOLDERS = {
  active: { other: "archive", name: "Notes", move: "Archive" },
  archive: { other: "active", name: "Archive", move: "Take back" },
} as const;

/** The list of notes, and the one that is open. */
export class NoteList {
  readonly #client: Notes;
  #folder: keyof typeof FOLDERS = "active";
  #limit = PAGE_SIZE;
  #open: OpenNote | undefined;

  constructor(client: Notes) {
    this.#client = client;
    onPress(page.newNote, () => this.#openNote(crypto.randomUUID(), { title: "" }, null));
    onPress(page.folder, async () => {
      await this.#close();
      this.#folder = FOLDERS[this.#folder].other;
      this.#limit = PAGE_SIZE;
      await this.refresh();
    });
    onPress(page.more, () => {
      this.#limit += PAGE_SIZE;
      return this.refresh();
    });
    onPress(page.move, () => this.#move());
    onPress(page.remove, () => this.#remove());
    onPress(page.keepMine, () => this.#open?.keepMine());
    onPress(page.takeTheirs, () => {
      this.#open?.takeTheirs();
      this.#fillIn();
    });
    for (const field of [page.title, page.text]) {
      field.addEventListener("input", () => {
        this.#open?.edit({ title: page.title.value, text: page.text.value });
      });
    }
    page.editor.addEventListener("submit", (event) => event.preventDefault());
  }

  /** Saves what is not saved yet, and lists what is there now. */
  async refresh(): Promise<void> {
    await this.#open?.save();
    const { count, entries, nextOffset } = await this.#view(this.#folder)
      .list({ limit: this.#limit });
    const { name, other, move } = FOLDERS[this.#folder];
    page.folder.textContent = FOLDERS[other].name;
    page.list.ariaLabel = name;
    page.move.textContent = move;
    page.empty.hidden = count > 0;
    page.more.hidden = nextOffset === undefined;
    page.list.replaceChildren(...entries.map(({ key, value, revision }) => {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = value.title || "Untitled";
      button.ariaCurrent = String(key === this.#open?.key);
      onPress(button, () => this.#openNote(key, value, revision));
      const item = document.createElement("li");
      item.append(button);
      return item;
    }));
  }

  #view(folder: keyof typeof FOLDERS): Folder {
    return this.#client.state.drafts.prefix(folder);
  }

  async #openNote(key: string, draft: OpenNote["draft"], revision: string | null): Promise<void> {
    await this.#close();
    const folder = this.#view(this.#folder);
    const note = new OpenNote(folder, { key, draft, revision }, (standing) => {
      if (this.#open === note) this.#show(standing);
    });
    this.#open = note;
    this.#fillIn();
    this.#show({ state: "saved" });
    page.editor.hidden = false;
    page.title.focus();
    await this.refresh();
  }

  async #close(): Promise<void> {
    await this.#open?.save();
    this.#open = undefined;
    page.editor.hidden = true;
  }

  async #move(): Promise<void> {
    const note = this.#open;
    if (note === undefined) return;
    await note.save();
    await this.#view(FOLDERS[this.#folder].other).put(note.key, note.draft);
    await this.#remove();
  }

  async #remove(): Promise<void> {
    const { key, revision } = this.#open ?? {};
    this.#open = undefined;
    page.editor.hidden = true;
    // Only what was seen here is deleted.
    if (key !== undefined && typeof revision === "string") {
      await this.#view(this.#folder).delete(key, { expectedRevision: revision });
    }
    await this.refresh();
  }

  #fillIn(): void {
    page.title.value = this.#open?.draft.title ?? "";
    page.text.value = this.#open?.draft.text ?? "";
  }

  #show(standing: Standing): void {
    page.saved.textContent = WORDS[standing.state];
    page.conflict.hidden = standing.state !== "conflict";
    if (standing.state === "failed") page.saved.textContent += `: ${standing.reason}`;
    if (standing.state !== "conflict") return;
    const { theirs } = standing;
    page.theirs.textContent = theirs === undefined
      ? "It was deleted."
      : `${theirs.title}\n${theirs.text ?? ""}`;
  }
}

const WORDS: Readonly<Record<Standing["state"], string>> = {
  saved: "Saved",
  unsaved: "Not saved yet",
  offline: "Not saved: there is no connection. It is saved when that is back.",
  conflict: "Not saved",
  failed: "Not saved",
};
