/** @jsxRuntime automatic */
/** @jsxImportSource preact */
import type { VNode } from "preact";
import { printable } from "../../../terminal/printable.ts";
import { Field } from "./fields.tsx";

/** What an action leads to, said before it is done. */
export interface Consequence {
  /** What changes, or ends. */
  readonly ends: readonly string[];
  /** What stays as it is. */
  readonly stays: readonly string[];
  /** Who notices, and within which time. */
  readonly notices: readonly string[];
  /** What to look out for. */
  readonly warning?: string | undefined;
}

/** Says what an action leads to, and has it confirmed. */
export function Confirm(
  { consequence, label, isDangerous = false, back, typed, action, hidden = {} }: {
    readonly consequence: Consequence;
    /** What the button says. */
    readonly label: string;
    readonly isDangerous?: boolean;
    /** Where to go for who does not want it. */
    readonly back: string;
    /** What has to be typed first. */
    readonly typed?: string;
    /** Where the form is sent to; the page itself unless given. */
    readonly action?: string;
    readonly hidden?: Readonly<Record<string, string>>;
  },
): VNode {
  const { ends, stays, notices, warning } = consequence;
  return (
    <section class="sheet consequence">
      {warning !== undefined && <p class="notice problem">{printable(warning)}</p>}
      <Lines title="What changes" lines={ends} />
      <Lines title="What stays" lines={stays} />
      <Lines title="Who notices, and when" lines={notices} />
      <form method="post" action={action}>
        {Object.entries(hidden).map(([name, value]) => (
          <input key={name} type="hidden" name={name} value={value} />
        ))}
        {typed !== undefined && (
          <Field name="typed" label={`Type ${printable(typed)} to confirm`} isRequired />
        )}
        <div class="buttons">
          <button type="submit" class={isDangerous ? "danger" : undefined}>{label}</button>
          <a class="button quiet" href={back}>Cancel</a>
        </div>
      </form>
    </section>
  );
}

function Lines(
  { title, lines }: { readonly title: string; readonly lines: readonly string[] },
): VNode | null {
  if (lines.length === 0) return null;
  return (
    <>
      <h2>{title}</h2>
      <ul>{lines.map((line) => <li key={line}>{printable(line)}</li>)}</ul>
    </>
  );
}
