import { isErr, TransportError } from "@qlever-llc/trellis/client";
import type { Notes } from "../preferences.ts";
import type { Draft } from "../schemas.ts";

/** The notes of one folder. */
export type Folder = ReturnType<Notes["state"]["drafts"]["prefix"]>;

/** How a note stands that somebody writes. */
export type Standing =
  | { readonly state: "saved" | "unsaved" | "offline" }
  /** Somebody wrote it, or with `theirs` missing deleted it, since it was read here. */
  | { readonly state: "conflict"; readonly theirs: Draft | undefined }
  | { readonly state: "failed"; readonly reason: string };

/** Milliseconds without a key before what was written is saved. */
const PAUSE_MS = 400;
/** Milliseconds between two attempts to save while nobody answers. */
const RETRY_MS = 2000;

/** A note that is open: saves what is written, and never over what somebody else wrote. */
export class OpenNote {
  readonly key: string;
  readonly #folder: Folder;
  readonly #tell: (standing: Standing) => void;
  #draft: Draft;
  /** Of the entry that was read or written last; null where there was none. */
  #revision: string | null;
  #standing: Standing = { state: "saved" };
  #timer: ReturnType<typeof setTimeout> | undefined;
  #saving: Promise<void> | undefined;

  constructor(
    folder: Folder,
    { key, draft, revision }: { key: string; draft: Draft; revision: string | null },
    tell: (standing: Standing) => void,
  ) {
    this.#folder = folder;
    this.key = key;
    this.#draft = draft;
    this.#revision = revision;
    this.#tell = tell;
  }

  get draft(): Draft {
    return this.#draft;
  }

  get revision(): string | null {
    return this.#revision;
  }

  /** Takes what was written; it is saved when there is a pause. */
  edit(draft: Draft): void {
    this.#draft = draft;
    if (this.#standing.state === "conflict") return;
    this.#stand({ state: "unsaved" });
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.save(), PAUSE_MS);
  }

  /** Saves what is not saved, as after an interruption. Resolves when nothing more can be done now. */
  async save(): Promise<void> {
    clearTimeout(this.#timer);
    await this.#saving;
    if (this.#standing.state === "saved" || this.#standing.state === "conflict") return;
    await (this.#saving = this.#put());
  }

  /** Ends a conflict with what was written here. */
  async keepMine(): Promise<void> {
    this.#stand({ state: "unsaved" });
    await this.save();
  }

  /** Ends a conflict with what was written there. */
  takeTheirs(): void {
    if (this.#standing.state !== "conflict") return;
    this.#draft = this.#standing.theirs ?? { title: "" };
    this.#stand({ state: "saved" });
  }

  async #put(): Promise<void> {
    const draft = this.#draft;
    const answer = await this.#folder.put(this.key, draft, {
      expectedRevision: this.#revision,
      whileDisconnected: "fail",
    }).take();
    if (isErr(answer)) {
      const { error } = answer;
      if (!(error instanceof TransportError)) {
        return this.#stand({ state: "failed", reason: error.message });
      }
      this.#timer = setTimeout(() => this.save(), RETRY_MS);
      return this.#stand({ state: "offline" });
    }
    if (answer.applied) {
      this.#revision = answer.entry.revision;
      if (draft === this.#draft) return this.#stand({ state: "saved" });
      return await this.#put();
    }
    const theirs = answer.current?.value;
    this.#revision = answer.current?.revision ?? null;
    // An attempt whose answer was lost has been carried out.
    const isMine = theirs?.title === draft.title && theirs.text === draft.text;
    if (!isMine) return this.#stand({ state: "conflict", theirs });
    if (draft === this.#draft) this.#stand({ state: "saved" });
    else await this.#put();
  }

  #stand(standing: Standing): void {
    this.#standing = standing;
    this.#tell(standing);
  }
}
