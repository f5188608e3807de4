/** @jsxRuntime automatic */
/** @jsxImportSource preact */
import type { ComponentChildren, VNode } from "preact";
import { printable } from "../../terminal/printable.ts";
import { FormView } from "./form_view.tsx";
import type { Draft } from "./read_draft.ts";

/** The input of a call, as a form or as JSON, and the button that sends it. */
export function CallForm(
  { draft, verb, children }: {
    readonly draft: Draft;
    /** What the button says. */
    readonly verb: string;
    /** What else can be said. */
    readonly children: ComponentChildren;
  },
): VNode {
  const { mode, field, typed, json, issues } = draft;
  const general = issues.filter(({ path }) => mode === "json" || path === "");
  return (
    <form method="post" class="call">
      <button type="submit" name="do" value="call" class="unseen" tabIndex={-1} aria-hidden="true">
        {verb}
      </button>
      <input type="hidden" name="mode" value={mode} />
      {general.map(({ path, message }) => (
        <p key={path + message} class="notice problem" role="alert">
          {path === "" ? "" : `${printable(path)} `}
          {printable(message)}
        </p>
      ))}
      {mode === "form"
        ? <FormView field={field} typed={typed} issues={issues} />
        : (
          <div class="field">
            <label for="json">Input as JSON</label>
            <textarea id="json" name="json" rows={12} spellcheck={false}>{json}</textarea>
          </div>
        )}
      <p class="buttons">
        <button type="submit" class="quiet" name="do" value={mode === "form" ? "json" : "form"}>
          {mode === "form" ? "Write it as JSON" : "Fill in a form"}
        </button>
        <button type="submit" class="quiet" name="do" value="example">Fill in an example</button>
      </p>
      {children}
      <p class="buttons">
        <button type="submit" name="do" value="call">{verb}</button>
      </p>
    </form>
  );
}
