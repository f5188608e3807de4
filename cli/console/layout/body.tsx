/** @jsxRuntime automatic */
/** @jsxImportSource preact */
import type { VNode } from "preact";
import { bodyText } from "../../letters/body_text.ts";
import { printable } from "../../terminal/printable.ts";
import { Code } from "./parts.tsx";

/** What an event holds, as far as a person reads it. */
export function Body({ of: body }: { readonly of: Uint8Array }): VNode {
  const { text, cut } = bodyText(body);
  return (
    <>
      <Code>{printable(text, { lines: true })}</Code>
      {cut && <p class="faint small">The first part of {body.length} bytes.</p>}
    </>
  );
}
