/** @jsxRuntime automatic */
/** @jsxImportSource preact */
import type { VNode } from "preact";
import { misfitText } from "../../letters/event_schemas.ts";
import type { OpenedLetter } from "../../letters/letter.ts";
import type { OpenLetters } from "../../letters/open_letters.ts";
import { reasonToStay } from "../../letters/settle_letters.ts";
import { printable } from "../../terminal/printable.ts";
import { relativeTime } from "../../terminal/relative_time.ts";
import { Body } from "../layout/body.tsx";
import { Badge, Facts, Section } from "../layout/parts.tsx";
import { eventHref, type LetterPlace } from "./event_href.ts";
import { isQueued, Reason } from "./letters_page.tsx";

/** A dead letter: why it is one, what it holds, and what can be done about it. */
export function LetterView(
  { place, letter, opened, now }: {
    readonly place: LetterPlace;
    readonly letter: OpenedLetter;
    readonly opened: OpenLetters;
    readonly now: number;
  },
): VNode {
  const fit = opened.schemas.fit(letter);
  const misfit = misfitText(fit);
  const stays = reasonToStay(letter, fit, opened);
  const { id, cause, digest } = letter;
  const moment = (at: string) => <time dateTime={at} title={at}>{relativeTime(at, now)}</time>;
  return (
    <>
      <div class="buttons">
        {stays === undefined && (
          <form method="post" action={eventHref(place, "retry")}>
            <input type="hidden" name="id" value={id} />
            <button type="submit">Retry</button>
          </form>
        )}
        <a class="button danger" href={eventHref(place, "discard", { id })}>Throw away</a>
      </div>
      {stays !== undefined && <p class="faint">It cannot be retried: it {printable(stays)}.</p>}
      <Facts
        facts={[
          ["Why", <Reason key="why" of={letter.reason} />],
          ["Last error", printable(letter.error)],
          ["Tries", String(letter.tries)],
          [isQueued(place) ? "Created" : "Published", moment(letter.publishedAt)],
          ["Given up", moment(letter.deadAt)],
          ["Subject", <code key="subject">{printable(letter.subject)}</code>],
          [
            "Cause",
            cause === undefined ? "not known" : <code key="cause">{printable(cause)}</code>,
          ],
          [
            "Contract",
            digest === undefined ? "not known" : <code key="digest">{printable(digest)}</code>,
          ],
          [
            "Today",
            misfit === undefined
              ? <Badge key="fit" tone="good">fits the schema</Badge>
              : <Badge key="fit" tone="danger">{printable(misfit)}</Badge>,
          ],
        ]}
      />
      <Section title="What it holds">
        <Body of={letter.body} />
      </Section>
    </>
  );
}

function discardText(place: LetterPlace, id: string | undefined): string {
  if (isQueued(place)) {
    return `Nobody works on ${
      id === undefined ? "any of them" : "it"
    } any more, and nothing keeps ` +
      `${id === undefined ? "their payloads" : "its payload"}.`;
  }
  const who = id === undefined
    ? "The group handles none of them any more."
    : "The group handles it no more.";
  return `${who} The event itself stays in the stream of events for as long as that keeps it.`;
}

/** Asks whether letters are to be thrown away, and says what that means. */
export function DiscardPage(
  { place, id }: { readonly place: LetterPlace; readonly id: string | undefined },
): VNode {
  const back = id === undefined ? eventHref(place) : eventHref(place, "letter", { id });
  return (
    <>
      <p>
        {discardText(place, id)} The audit history tells who has thrown it away.
      </p>
      <form method="post" action={eventHref(place, "discard")}>
        {id === undefined
          ? <input type="hidden" name="all" value="yes" />
          : <input type="hidden" name="id" value={id} />}
        <p class="buttons">
          <button type="submit" class="danger">
            {id === undefined ? "Throw all away" : "Throw it away"}
          </button>
          <a href={back}>Keep {id === undefined ? "them" : "it"}</a>
        </p>
      </form>
    </>
  );
}
