/** @jsxRuntime automatic */
/** @jsxImportSource preact */
import type { VNode } from "preact";
import type { FoundWork } from "../../jobs/list_work.ts";
import { isOver, progressShare, type WorkState } from "../../jobs/work_view.ts";
import { errorText, isBad, isGood, progressText } from "../../view/jobs/jobs_view.ts";
import { printable } from "../../terminal/printable.ts";
import { eventHref } from "../events/event_href.ts";
import { Body } from "../layout/body.tsx";
import { Badge, Code, Facts, Section } from "../layout/parts.tsx";
import { queueHref, type QueueRef } from "./queue_href.ts";
import { Moment } from "./queues_table.tsx";

/** A job or an operation: how it stands, what it holds, and what can be done about it. */
export function WorkPage(
  { place, found, mayCancel, now }: {
    readonly place: QueueRef;
    readonly found: FoundWork;
    /** Whether its contract lets it be taken back. */
    readonly mayCancel: boolean;
    readonly now: number;
  },
): VNode {
  const { view: { id, state, logs, result }, body, isLetter } = found;
  const letters = { ...place, group: place.name };
  return (
    <>
      <div class="buttons">
        {isLetter && (
          <>
            {place.kind === "job" && (
              <form method="post" action={eventHref(letters, "retry")}>
                <input type="hidden" name="id" value={id} />
                <button type="submit">Retry</button>
              </form>
            )}
            <a class="button danger" href={eventHref(letters, "discard", { id })}>Throw away</a>
          </>
        )}
        {mayCancel && !isOver(state) && state !== "cancelling" && (
          <form method="post" action={queueHref(place, "cancel")}>
            <input type="hidden" name="id" value={id} />
            <button type="submit" class="danger">Cancel</button>
          </form>
        )}
      </div>
      <WorkFacts found={found} now={now} />
      {logs !== undefined && logs.length > 0 && (
        <Section title="Log">
          <Code>
            {logs.map(({ time, message }) => `${time}  ${printable(message)}`).join("\n")}
          </Code>
        </Section>
      )}
      {result !== undefined && (
        <Section title={place.kind === "job" ? "Result" : "Output"}>
          <Code>{printable(JSON.stringify(result, null, 2), { lines: true })}</Code>
        </Section>
      )}
      {body !== undefined && (
        <Section title={place.kind === "job" ? "Payload" : "Input"}>
          <Body of={body} />
        </Section>
      )}
    </>
  );
}

/** What is known of it. */
function WorkFacts(
  { found: { view }, now }: { readonly found: FoundWork; readonly now: number },
): VNode {
  const moment = (name: string, at: string | undefined) =>
    at === undefined ? [] : [[name, <Moment key={name} at={at} now={now} />] as const];
  const code = (name: string, text: string | undefined) =>
    text === undefined ? [] : [[name, <code key={name}>{printable(text)}</code>] as const];
  const text = (name: string, said: string | undefined) =>
    said === undefined ? [] : [[name, printable(said)] as const];
  const { progress, error } = view;
  return (
    <Facts
      facts={[
        ["State", <StateBadge key="state" state={view.state} />],
        ...(progress === undefined
          ? []
          : [["Progress", <ProgressBar key="progress" progress={progress} />] as const]),
        ...text("Error", error === undefined ? undefined : errorText(error)),
        ...text("Reason", view.reason),
        ...text("Waits for", view.waitsFor),
        ["Try", String(view.attempt)],
        ...text("Started by", view.owner),
        ...moment("Created", view.createdAt),
        ...moment("Next try", view.dueAt),
        ...moment("Begun", view.startedAt),
        ...moment("Ended", view.endedAt),
        ...moment("Deadline", view.deadline),
        ...code("Worker", view.worker),
        ...code("Cause", view.cause),
        ...code("Contract", view.digest),
        ...text("Version", view.payloadVersion),
      ]}
    />
  );
}

/** How far something is: as a bar where it says how much there is, else in its own words. */
export function ProgressBar({ progress }: { readonly progress: unknown }): VNode {
  const share = progressShare(progress);
  const text = printable(progressText(progress));
  return share === undefined ? <>{text}</> : (
    <span class="bar">
      <progress max={share.total} value={share.done}>{text}</progress>
      <span>{text}</span>
    </span>
  );
}

/** A state as a word with a colour. */
export function StateBadge({ state }: { readonly state: WorkState }): VNode {
  const tone = isBad(state)
    ? "danger"
    : isGood(state)
    ? "good"
    : state === "cancelled"
    ? "plain"
    : "waiting";
  return <Badge tone={tone}>{state}</Badge>;
}
