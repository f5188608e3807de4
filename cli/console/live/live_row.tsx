/** @jsxRuntime automatic */
/** @jsxImportSource preact */
import type { VNode } from "preact";
import { callerText, nameOf } from "../../live/live_filter.ts";
import type { LiveItem } from "../../live/live_item.ts";
import { bytes } from "../../terminal/bytes.ts";
import { duration } from "../../terminal/duration.ts";
import { printable } from "../../terminal/printable.ts";
import { Badge } from "../layout/parts.tsx";
import { eventHref } from "./event_page.tsx";

/** The columns of the table; a row has a cell for each. */
export const LIVE_COLUMNS = [
  "What",
  "Kind",
  "Deployment",
  "Outcome",
  "Took",
  "Who",
  "Size",
  "At (UTC)",
];

/** One row of what happens. */
export function LiveRow({ item }: { readonly item: LiveItem }): VNode {
  const [, ...names] = LIVE_COLUMNS;
  return (
    <tr>
      <th scope="row">
        <Name item={item} />
      </th>
      {cellsOf(item).map((cell, at) => (
        <td key={names[at]} data-name={names[at]}>
          <div>{cell}</div>
        </td>
      ))}
    </tr>
  );
}

function cellsOf(item: LiveItem): readonly (VNode | string)[] {
  const at = <time dateTime={new Date(item.at).toISOString()}>{timeText(item.at)}</time>;
  switch (item.kind) {
    case "request":
      return [
        "request",
        item.deployment,
        <Outcome key="outcome" code={item.code} />,
        duration(item.ms),
        printable(callerText(item)),
        `${bytes(item.bytesIn)} in, ${bytes(item.bytesOut)} out`,
        at,
      ];
    case "event":
      return [
        "event",
        "",
        <a key="outcome" href={eventHref(item.sequence)}>show body</a>,
        "",
        "",
        bytes(item.bytes),
        at,
      ];
    case "step":
      return ["step", printable(item.deployment), printable(item.text), "", "Trellis", "", at];
  }
}

function Name({ item }: { readonly item: LiveItem }): VNode {
  const name = printable(nameOf(item));
  return item.kind !== "step" && item.trace !== undefined
    ? <a href={`/live/${item.trace}`}>{name}</a>
    : <span>{name}</span>;
}

/** How a request ended. */
export function Outcome({ code }: { readonly code: string }): VNode {
  return code === "ok"
    ? <Badge tone="good">ok</Badge>
    : <Badge tone="danger">{printable(code)}</Badge>;
}

/** The time of day in UTC, as the log has it. */
export function timeText(at: number): string {
  return new Date(at).toISOString().slice(11, 23);
}
