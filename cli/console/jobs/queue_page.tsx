/** @jsxRuntime automatic */
/** @jsxImportSource preact */
import type { VNode } from "preact";
import type { WorkPage } from "../../jobs/list_work.ts";
import type { QueueFigures } from "../../jobs/queue_figures.ts";
import { STATES, type WorkState, type WorkView } from "../../jobs/work_view.ts";
import { remarkText } from "../../view/jobs/jobs_view.ts";
import { printable } from "../../terminal/printable.ts";
import { eventHref } from "../events/event_href.ts";
import { type Column, Facts, Live, Table } from "../layout/parts.tsx";
import { HungBadge } from "../layout/hung_badge.tsx";
import { queueHref, type QueueRef } from "./queue_href.ts";
import { Moment, Standing } from "./queues_table.tsx";
import { ProgressBar, StateBadge } from "./work_page.tsx";

/** What a page of a queue shows. */
export interface QueueView {
  readonly place: QueueRef;
  readonly figures: QueueFigures;
  readonly page: WorkPage;
  readonly state: WorkState | undefined;
}

/** A queue: how it stands, and a page of its jobs, or of operations. */
export function QueuePage(
  { view, isFirst, now }: {
    readonly view: QueueView;
    readonly isFirst: boolean;
    readonly now: number;
  },
): VNode {
  const { place, figures, state } = view;
  const isPaused = figures.work?.pausedUntil !== undefined;
  const filter: Record<string, string> = state === undefined ? {} : { state };
  return (
    <>
      {place.kind === "job" && (
        <div class="buttons">
          <form method="post" action={queueHref(place, isPaused ? "resume" : "pause")}>
            <button type="submit">{isPaused ? "Go on" : "Pause"}</button>
          </form>
        </div>
      )}
      {isFirst
        ? (
          <Live id="queue" from={queueHref(place, "live", filter)}>
            <QueuePart view={view} now={now} />
          </Live>
        )
        : <QueuePart view={view} now={now} />}
    </>
  );
}

/** What changes of the page while somebody looks at it. */
export function QueuePart(
  { view: { place, figures, page: { work, next }, state }, now }: {
    readonly view: QueueView;
    readonly now: number;
  },
): VNode {
  const { work: standing, dead, hung } = figures;
  const filter: Record<string, string> = state === undefined ? {} : { state };
  const isJob = place.kind === "job";
  const number = (value: number | undefined) => value?.toLocaleString("en") ?? "–";
  const columns: readonly Column<WorkView>[] = [
    {
      heading: isJob ? "Job" : "Operation",
      cell: ({ id }) => (
        <a href={queueHref(place, "one", { id })}>
          <code>{printable(id)}</code>
        </a>
      ),
    },
    { heading: "State", cell: ({ state }) => <StateBadge state={state} /> },
    { heading: "Try", isNumber: true, cell: ({ attempt }) => String(attempt) },
    { heading: "Created", cell: ({ createdAt }) => <Moment at={createdAt} now={now} /> },
    ...(isJob ? [] : [{ heading: "By", cell: ({ owner }: WorkView) => printable(owner ?? "–") }]),
    { heading: "What", cell: (view) => <Remark view={view} now={now} /> },
  ];
  return (
    <>
      <Facts
        facts={[
          ["Stands", <Standing key="stands" queue={figures} now={now} />],
          ["Waiting", number(standing?.waiting)],
          ["Scheduled", number(standing?.scheduled)],
          ["In work", number(standing?.inWork)],
          ["Oldest", <Moment key="oldest" at={standing?.oldestAt} now={now} />],
          [
            "Dead",
            dead === 0 ? "none" : (
              <a key="dead" href={eventHref({ ...place, group: place.name })}>
                {dead.toLocaleString("en")} {dead === 1 ? "dead letter" : "dead letters"}
              </a>
            ),
          ],
          ...(hung === undefined
            ? []
            : [["Hung handlers", <HungBadge key="hung" hung={hung} now={now} />] as const]),
        ]}
      />
      <nav class="tabs" aria-label="States">
        <ul>
          {[undefined, ...STATES[place.kind]].map((one) => (
            <li key={one ?? "all"}>
              <a
                href={queueHref(place, "", one === undefined ? {} : { state: one })}
                aria-current={one === state ? "page" : undefined}
              >
                {one ?? "all"}
              </a>
            </li>
          ))}
        </ul>
      </nav>
      <div class="sheet">
        <Table
          caption={isJob ? "Jobs of the queue" : "Operations"}
          rows={work}
          keyOf={({ id, state }) => `${id} ${state}`}
          columns={columns}
          empty={state === undefined
            ? "Nothing waits, and nothing that is over is kept."
            : `There is none that is ${state}.`}
        />
        {next !== undefined && (
          <nav class="pages" aria-label="Parts of the list">
            <a rel="next" href={queueHref(place, "", { ...filter, after: next })}>Next</a>
          </nav>
        )}
      </div>
    </>
  );
}

/** What there is to say of one: how far it is, or why it waits or ended. */
function Remark({ view, now }: { readonly view: WorkView; readonly now: number }): VNode {
  const isRunning = view.state === "running" || view.state === "cancelling";
  return isRunning && view.progress !== undefined
    ? <ProgressBar progress={view.progress} />
    : <>{printable(remarkText(view, now))}</>;
}
