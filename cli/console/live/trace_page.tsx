/** @jsxRuntime automatic */
/** @jsxImportSource preact */
import type { VNode } from "preact";
import { callerText, nameOf } from "../../live/live_filter.ts";
import type { TracePart, Waterfall } from "../../live/waterfall.ts";
import { duration } from "../../terminal/duration.ts";
import { printable } from "../../terminal/printable.ts";
import { Facts, Section, Table } from "../layout/parts.tsx";
import { eventHref } from "./event_page.tsx";
import { Outcome, timeText } from "./live_row.tsx";

/** What belongs to a trace, on one time line across services. */
export function TracePage(
  { trace, waterfall }: { readonly trace: string; readonly waterfall: Waterfall },
): VNode {
  const { parts, ms } = waterfall;
  const [first] = parts;
  return (
    <>
      <Facts
        facts={[
          ["Trace", <code key="trace">{trace}</code>],
          ["Began", first === undefined ? "not seen yet" : `${timeText(first.item.at)} UTC`],
          ["Took", first === undefined ? "" : duration(ms)],
          ["Requests and events", String(parts.length)],
        ]}
      />
      <Section title="What was called for what">
        <Table
          caption="Requests and events of the trace; what was made for a request stands below it"
          columns={[
            { heading: "What", cell: ({ item, depth }) => <What item={item} depth={depth} /> },
            {
              heading: "Where",
              cell: ({ item }) => item.kind === "request" ? item.deployment : "the event stream",
            },
            {
              heading: "Outcome",
              cell: ({ item }) =>
                item.kind === "request"
                  ? <Outcome code={item.code} />
                  : <a href={eventHref(item.sequence)}>show body</a>,
            },
            { heading: "Began after", cell: ({ after }) => duration(after), isNumber: true },
            {
              heading: "Took",
              cell: ({ item, ms }) => item.kind === "request" ? duration(ms) : "",
              isNumber: true,
            },
            {
              heading: "Who",
              cell: ({ item }) => item.kind === "request" ? printable(callerText(item)) : "",
            },
            {
              heading: "In the time of the trace",
              cell: (part) => <TimeBar part={part} all={ms} />,
            },
          ]}
          rows={parts}
          keyOf={({ item }) => item.kind === "request" ? item.span : `event ${item.sequence}`}
          empty={
            <>
              Nothing of this trace was seen here. It is older than somebody watches, or was left
              out because there was too much. <a href="/live">Watch</a>, and call it again.
            </>
          }
        />
      </Section>
      <p class="live-state">
        Times are those of the services that report: where they run on several machines, their
        clocks may differ.
      </p>
    </>
  );
}

function What({ item, depth }: Pick<TracePart, "item" | "depth">): VNode {
  const name = printable(nameOf(item));
  return (
    <span class={`deep deep-${depth}`}>
      {item.kind === "request" && item.group === undefined
        ? (
          <a
            href={`/explorer/${encodeURIComponent(item.deployment)}/${
              encodeURIComponent(item.rpc)
            }`}
          >
            {name}
          </a>
        )
        : name}
    </span>
  );
}

/** Units of the drawing. */
const WIDE = 1000;
/** What takes no time is seen all the same. */
const LEAST = 6;

/** Where it lies in the time of the trace; the columns beside it say the same in words. */
function TimeBar({ part, all }: { readonly part: TracePart; readonly all: number }): VNode {
  const scale = all > 0 ? WIDE / all : 0;
  const width = Math.max(LEAST, part.ms * scale);
  const x = Math.min(part.after * scale, WIDE - width);
  const { item } = part;
  const tone = item.kind === "event" ? "event" : item.code === "ok" ? "good" : "danger";
  return (
    <svg
      class="time-bar"
      viewBox={`0 0 ${WIDE} 12`}
      preserveAspectRatio="none"
      aria-hidden="true"
      focusable="false"
    >
      <rect class="time-bar-all" x="0" y="5" width={WIDE} height="2" />
      <rect
        class={`time-bar-${tone}`}
        x={x.toFixed(1)}
        y="0"
        width={width.toFixed(1)}
        height="12"
      />
    </svg>
  );
}
