/** @jsxRuntime automatic */
/** @jsxImportSource preact */
import type { VNode } from "preact";
import type { KvNeed } from "../../../../reconcile/needs/need_types.ts";
import type { DataPlace } from "../../../program/data_audit.ts";
import { printable } from "../../../terminal/printable.ts";
import { JsonView } from "../../layout/json_view.tsx";
import { Code, Section } from "../../layout/parts.tsx";
import { Problem } from "../../layout/problem.tsx";
import { resourceHref } from "../words/resource_href.ts";
import type { ExplainedError } from "../../../program/command_context.ts";
import type { ShownKey } from "./read_key.ts";

/** Asks whether a key is to be deleted, and says what that means. */
export function DeletePage(
  { place, need, shown: { key, current }, error }: {
    readonly place: DataPlace;
    readonly need: KvNeed;
    readonly shown: ShownKey;
    readonly error?: ExplainedError | undefined;
  },
): VNode {
  return (
    <>
      {error !== undefined && <Problem error={error} />}
      <p>
        Every service that reads the bucket finds nothing under the key any more, at once.{" "}
        {need.history > 1
          ? `Earlier revisions stay readable here, up to ${need.history} of them.`
          : "The bucket keeps no earlier revisions: the value below is gone for good."}
      </p>
      <form method="post" action={resourceHref(place, "delete")}>
        <input type="hidden" name="key" value={key} />
        <input type="hidden" name="revision" value={current.revision} />
        <p class="buttons">
          <button type="submit" class="danger">Delete the key</button>
          <a href={resourceHref(place, "key", { key })}>Keep it</a>
        </p>
      </form>
      <Section title={`What is there now, revision ${current.revision}`}>
        {current.raw === undefined && current.value !== undefined
          ? <JsonView value={current.value} />
          : <Code>{printable(current.raw ?? "", { lines: true })}</Code>}
      </Section>
    </>
  );
}
