/// <reference lib="dom" />
/** The parts of `index.html`, each with its type. */
export const page = {
  connection: part("connection", HTMLElement),
  problem: part("problem", HTMLElement),
  main: part("main", HTMLElement),
  files: part("files", HTMLInputElement),
  transfers: part("transfers", HTMLUListElement),
  documents: part("documents", HTMLUListElement),
};

/** Tells the person what went wrong. */
export function showProblem(reason: unknown): void {
  page.problem.textContent = reason instanceof Error ? reason.message : String(reason);
  page.problem.hidden = false;
}

/** A button that does something, and tells the person when that fails. */
export function button(text: string, act: () => void | Promise<void>): HTMLButtonElement {
  const made = element("button", text);
  made.type = "button";
  made.addEventListener("click", async () => {
    try {
      await act();
    } catch (reason) {
      showProblem(reason);
    }
  });
  return made;
}

/** An element with a text. */
export function element<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  text = "",
): HTMLElementTagNameMap[Name] {
  const made = document.createElement(name);
  made.textContent = text;
  return made;
}

function part<T extends HTMLElement>(id: string, kind: new () => T): T {
  const found = document.getElementById(id);
  if (found instanceof kind) return found;
  throw new TypeError(`index.html has no ${kind.name} of the id ${id}`);
}
