/** @jsxRuntime automatic */
/** @jsxImportSource preact */
import type { ComponentChildren, VNode } from "preact";
import { Code } from "../../layout/parts.tsx";

/** A secret that is shown this once. */
export function OnceShown(
  { what, secret, children }: {
    /** As `The link`. */
    readonly what: string;
    readonly secret: string;
    readonly children: ComponentChildren;
  },
): VNode {
  return (
    <section class="sheet secret" aria-label={what}>
      <p>
        <strong>{what} is shown once, now.</strong>{" "}
        Trellis does not keep it: copy it before you leave this page. Whoever has it can use it.
      </p>
      <Code>{secret}</Code>
      {children}
    </section>
  );
}
