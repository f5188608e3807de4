/// <reference lib="dom" />
/** The parts of `index.html`, each with its type. */
export const page = {
  root: document.documentElement,
  connection: part("connection", HTMLElement),
  theme: part("theme", HTMLButtonElement),
  compact: part("compact", HTMLButtonElement),
  logout: part("logout", HTMLButtonElement),
  problem: part("problem", HTMLElement),
  main: part("main", HTMLElement),
  newNote: part("new", HTMLButtonElement),
  folder: part("folder", HTMLButtonElement),
  list: part("list", HTMLUListElement),
  empty: part("empty", HTMLElement),
  more: part("more", HTMLButtonElement),
  editor: part("editor", HTMLFormElement),
  title: part("title", HTMLInputElement),
  text: part("text", HTMLTextAreaElement),
  saved: part("saved", HTMLElement),
  move: part("move", HTMLButtonElement),
  remove: part("remove", HTMLButtonElement),
  conflict: part("conflict", HTMLElement),
  theirs: part("theirs", HTMLElement),
  takeTheirs: part("take-theirs", HTMLButtonElement),
  keepMine: part("keep-mine", HTMLButtonElement),
};

/** Tells the person what went wrong. */
export function showProblem(reason: unknown): void {
  page.problem.textContent = reason instanceof Error ? reason.message : String(reason);
  page.problem.hidden = false;
}

/** Does something when a button is pressed, and tells the person when that fails. */
export function onPress(button: HTMLButtonElement, act: () => void | Promise<void>): void {
  button.addEventListener("click", async () => {
    try {
      await act();
    } catch (reason) {
      showProblem(reason);
    }
  });
}

function part<T extends HTMLElement>(id: string, kind: new () => T): T {
  const found = document.getElementById(id);
  if (found instanceof kind) return found;
  throw new TypeError(`index.html has no ${kind.name} of the id ${id}`);
}
