/** @jsxRuntime automatic */
/** @jsxImportSource preact */
import type { VNode } from "preact";
import type { EventSchemas } from "../../letters/event_schemas.ts";
import type { LetterPage } from "../../letters/letter_box.ts";
import { printable } from "../../terminal/printable.ts";
import { relativeTime } from "../../terminal/relative_time.ts";
import { Badge, Table } from "../layout/parts.tsx";
import { eventHref } from "./event_href.ts";

/** Whose dead letters a page is about. */
export interface LetterPlace {
  readonly deployment: string;
  readonly group: string;
}

/** A page of the dead letters of a group. */
export function LettersPage(
  { place, page: { letters, next }, schemas, now }: {
    readonly place: LetterPlace;
    readonly page: LetterPage;
    readonly schemas: EventSchemas;
    readonly now: number;
  },
): VNode {
  return (
    <>
      {letters.length > 0 && (
        <div class="buttons">
          <form method="post" action={eventHref(place, "retry")}>
            <input type="hidden" name="all" value="yes" />
            <button type="submit">Retry all that fit today's schema</button>
          </form>
          <a class="button danger" href={eventHref(place, "discard", { all: "yes" })}>
            Throw all away
          </a>
        </div>
      )}
      <div class="sheet">
        <Table
          caption="Dead letters of the group, oldest first"
          rows={letters}
          keyOf={({ sequence }) => String(sequence)}
          columns={[
            {
              heading: "Event",
              cell: ({ id }) => (
                <a href={eventHref(place, "letter", { id })}>
                  <code>{printable(id)}</code>
                </a>
              ),
            },
            { heading: "What", cell: ({ subject }) => printable(schemas.nameOf(subject)) },
            { heading: "Why", cell: ({ reason }) => <Reason of={reason} /> },
            { heading: "Tries", isNumber: true, cell: ({ tries }) => String(tries) },
            {
              heading: "Given up",
              cell: ({ deadAt }) => (
                <time dateTime={deadAt} title={deadAt}>{relativeTime(deadAt, now)}</time>
              ),
            },
            { heading: "Last error", cell: ({ error }) => printable(error) },
          ]}
          empty="The group has given up no event, or somebody has seen to all of them."
        />
        {next !== undefined && (
          <nav class="pages" aria-label="Parts of the list">
            <a rel="next" href={eventHref(place, "", { after: String(next) })}>Next</a>
          </nav>
        )}
      </div>
    </>
  );
}

/** Why an event was given up, in words. */
export function Reason({ of: reason }: { readonly of: string }): VNode {
  const words: Readonly<Record<string, string>> = {
    failed: "failed each time",
    invalid: "fits no schema",
    gave_up: "given up by its handler",
    crashed: "ended its process",
  };
  return <Badge tone="danger">{words[reason] ?? printable(reason)}</Badge>;
}
