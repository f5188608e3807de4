/** @jsxRuntime automatic */
/** @jsxImportSource preact */
import type { VNode } from "preact";
import type { EventSchemas } from "../../letters/event_schemas.ts";
import type { Letter } from "../../letters/letter.ts";
import type { LetterPage } from "../../letters/letter_box.ts";
import { printable } from "../../terminal/printable.ts";
import { relativeTime } from "../../terminal/relative_time.ts";
import { Badge, Table } from "../layout/parts.tsx";
import { eventHref, type LetterPlace } from "./event_href.ts";

/** A page of the dead letters of a group or a queue. */
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
          caption="Dead letters, oldest first"
          rows={letters}
          keyOf={({ sequence }) => String(sequence)}
          columns={[
            {
              heading: isQueued(place) ? "Id" : "Event",
              cell: ({ id }) => (
                <a href={eventHref(place, "letter", { id })}>
                  <code>{printable(id)}</code>
                </a>
              ),
            },
            ...(isQueued(place) ? [] : [{
              heading: "What",
              cell: ({ subject }: Letter) => printable(schemas.nameOf(subject)),
            }]),
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
          empty={isQueued(place)
            ? "Nothing of it was given up, or somebody has seen to all of it."
            : "The group has given up no event, or somebody has seen to all of them."}
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

/** Whether the letters are of jobs or of an operation, and not of events. */
export function isQueued({ kind }: LetterPlace): boolean {
  return kind === "job" || kind === "operation";
}

/** Why something was given up, in words. */
export function Reason({ of: reason }: { readonly of: string }): VNode {
  const words: Readonly<Record<string, string>> = {
    failed: "failed each time",
    invalid: "fits no schema",
    gave_up: "given up by its handler",
    crashed: "ended its process",
    expired: "took too long",
  };
  return <Badge tone="danger">{words[reason] ?? printable(reason)}</Badge>;
}
